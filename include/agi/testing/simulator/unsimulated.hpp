// SPDX-License-Identifier: MIT
#pragma once
// What Asterisk 22 has and the simulator does not: said, never guessed.

#include <agi/testing/call.hpp>
#include <agi/testing/not_simulated.hpp>
#include <agi/version.hpp>
#include <agi/wire/words.hpp>

#include <string>
#include <string_view>

namespace agi { inline namespace v0 { namespace testing::simulator {

/// Applications that need other channels, media or modules of their own, each with a blank behind it.
inline constexpr std::string_view unsimulated_applications =
    "AddQueueMember ADSIProg AELSub AgentLogin AgentRequest AGI AlarmReceiver AMD AttendedTransfer "
    "AudioSocket Authenticate BackgroundDetect BlindTransfer Bridge BridgeAdd BridgeWait Broadcast "
    "Busy "
    "CallCompletionCancel CallCompletionRequest ChanIsAvail ChannelRedirect ChanSpy ConfBridge "
    "ConfKick "
    "Congestion ContinueWhile DAHDIAcceptR2Call DAHDIScan DAHDISendCallreroutingFacility "
    "DAHDISendKeypadFacility DateTime DeadAGI Dictate Directory DISA EAGI Echo Else ElseIf EndIf "
    "EndWhile "
    "ExecIfTime ExitIf ExitWhile ExtenSpy ExternalIVR Festival Flash FollowMe GetCPEID GotoIfTime "
    "IAX2Provision If Incomplete IVRDemo JabberJoin JabberLeave JabberSend JabberSendGroup JACK "
    "Macro "
    "MeetMe MeetMeAdmin MeetMeChannelAdmin MeetMeCount MessageSend Milliwatt MinivmAccMess "
    "MinivmDelete "
    "MinivmGreet MinivmMWI MinivmNotify MinivmRecord Morsecode MP3Player ODBC_Commit ODBC_Rollback "
    "ODBCFinish Originate Page Park ParkAndAnnounce ParkedCall PauseQueueMember Pickup PickupChan "
    "PJSIPHangup PJSIPNotify PrivacyManager Queue QueueLog QueueUpdate RaiseException ReadExten "
    "ReceiveFAX ReceiveMF ReceiveSF ReceiveText Reload RemoveQueueMember RetryDial SayAlphaCase "
    "SayCountedAdj SayCountedNoun SayMoney SayOrdinal SayUnixTime SendFAX SendMF SendSF Signal "
    "SLAStation "
    "SLATrunk SMS SoftHangup SpeechActivateGrammar SpeechBackground SpeechCreate "
    "SpeechDeactivateGrammar "
    "SpeechDestroy SpeechLoadGrammar SpeechProcessingSound SpeechStart SpeechUnloadGrammar Stasis "
    "StasisBroadcast StatsD StoreDTMF StreamEcho TestClient TestServer ToneScan Transfer "
    "UnpauseQueueMember VMAuthenticate VMSayName VoiceMail VoiceMailMain VoiceMailPlayMsg "
    "WaitExten "
    "WaitForCondition WaitForRing WaitForSignal WaitForTone WaitUntil While Zapateller ";

/// Functions of the same kind.
inline constexpr std::string_view unsimulated_functions =
    "AES_DECRYPT AES_ENCRYPT AGC AGENT AMI_CLIENT AST_CONFIG AST_SORCERY BLACKLIST CALENDAR_BUSY "
    "CALENDAR_EVENT CALENDAR_QUERY CALENDAR_QUERY_RESULT CALENDAR_WRITE CALLCOMPLETION CDR "
    "CDR_PROP "
    "CHANNELS CONFBRIDGE CONFBRIDGE_CHANNELS CONFBRIDGE_INFO CURL CURLOPT DAHDI_CHANNEL DELETE "
    "DENOISE "
    "DEVICE_STATE DIALGROUP DUNDILOOKUP DUNDIQUERY DUNDIRESULT ENUMLOOKUP ENUMQUERY ENUMRESULT "
    "EVAL_EXTEN "
    "EVAL_SUB EXCEPTION EXPORT EXTENSION_STATE FAXOPT FEATURE FEATUREMAP FILE FILE_COUNT_LINE "
    "FILE_FORMAT "
    "FRAME_DROP FRAME_TRACE GEOLOC_PROFILE GROUP GROUP_COUNT GROUP_LIST GROUP_MATCH_COUNT "
    "HANGUPCAUSE "
    "HINT HOLD_INTERCEPT IAXPEER IAXVAR ICONV IFMODULE IFTIME JABBER_RECEIVE JABBER_STATUS "
    "JITTERBUFFER "
    "JSON_DECODE LOCK LOG_GROUP MEETME_INFO MESSAGE MESSAGE_DATA MINIVMACCOUNT MINIVMCOUNTER "
    "MIXMONITOR "
    "MUTEAUDIO ODBC ODBC_FETCH PARK_GET_CHANNEL PERIODIC_HOOK PITCH_SHIFT PJSIP_AOR PJSIP_CONTACT "
    "PJSIP_DIAL_CONTACTS PJSIP_DTMF_MODE PJSIP_ENDPOINT PJSIP_HEADER PJSIP_HEADER_PARAM "
    "PJSIP_HEADERS "
    "PJSIP_INHERITABLE_HEADER PJSIP_MEDIA_OFFER PJSIP_MOH_PASSTHROUGH PJSIP_PARSE_URI "
    "PJSIP_PARSE_URI_FROM PJSIP_RESPONSE_HEADER PJSIP_RESPONSE_HEADERS PJSIP_SEND_SESSION_REFRESH "
    "PJSIP_TRANSFER_HANDLING POLARITY PP_EACH_EXTENSION PP_EACH_USER PRESENCE_STATE QUEUE_EXISTS "
    "QUEUE_GET_CHANNEL QUEUE_MEMBER QUEUE_MEMBER_COUNT QUEUE_MEMBER_LIST QUEUE_MEMBER_PENALTY "
    "QUEUE_VARIABLES QUEUE_WAITING_COUNT RAND REALTIME REALTIME_DESTROY REALTIME_FIELD "
    "REALTIME_HASH "
    "REALTIME_STORE RECORDING_INFO SAYFILES SCRAMBLE SHELL SMDI_MSG SMDI_MSG_RETRIEVE "
    "SPEECH_ENGINE "
    "SPEECH_GRAMMAR SPEECH_RESULTS_TYPE SPEECH_SCORE SPEECH_TEXT SQL_ESC SQL_ESC_BACKSLASHES "
    "SRVQUERY "
    "SRVRESULT STAT STIR_SHAKEN STIR_SHAKEN_ATTESTATION STRPTIME SYSINFO TALK_DETECT TESTTIME "
    "TONE_DETECT "
    "TRYLOCK TXTCIDNAME UNLOCK UUID VM_INFO VMCOUNT VOLUME ";

/// Whether one of the names is this one, in any case.
inline bool is_in(std::string_view names, std::string_view name) {
    while (!names.empty()) {
        const std::size_t end = names.find(' ');
        if (wire::is_command(name, names.substr(0, end))) return true;
        names.remove_prefix(end + 1);
    }
    return false;
}

inline void note_not_simulated(Call& call, const std::string& what) {
    call.not_simulated.push_back(what);
    call.channel.note(Happening::Kind::not_simulated, what);
}

/// It is noted in any case: a program may swallow the exception.
///
/// @throws NotSimulated  unless the call takes what is not simulated for missing
inline void say_not_simulated(Call& call, const std::string& what) {
    note_not_simulated(call, what);
    if (!call.missing_if_not_simulated) throw NotSimulated{what + " is not simulated"};
}

/// What ended in an exception that the program has swallowed, in a sentence; empty: nothing.
inline std::string swallowed(const Call& call) {
    if (call.missing_if_not_simulated || call.not_simulated.empty()) return {};
    return "the script swallows NotSimulated: " + call.not_simulated.front();
}

}}}  // namespace agi::v0::testing::simulator
