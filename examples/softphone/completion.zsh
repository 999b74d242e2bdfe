#compdef softphone

_arguments -s \
    '--asterisk[the version of Asterisk to be]:version:' \
    '--callerid[the number of the caller]:number:' \
    '--callername[the name of the caller]:name:' \
    '--dnid[the number that was dialled]:number:' \
    '--context[where the dialplan is]:context:' \
    '--extension[where the dialplan is]:extension:' \
    '--priority[where the dialplan is]:priority:' \
    '--language[the language of the channel]:language:' \
    '--eagi[what the caller says]:sound:_files' \
    '--answered[the call is answered]' \
    '--dead[the caller is gone]' \
    '--keys[one group of keys after each sound]:keys:' \
    '*--press[keys after a prompt]:prompt=keys:' \
    '*--press-during[keys while a prompt plays]:prompt=keys:' \
    '*--hangup-during[hang up while a prompt plays]:prompt:' \
    '--hangup-after[hang up after that time]:time:' \
    '--sounds[sound files]:folder:_directories' \
    '*--set[a channel variable]:name=value:' \
    '*--db[an entry of the database]:family/key=value:' \
    '*--app[what an application does]:name=result:' \
    '*--function[what a function says]:name=value:' \
    '*--sub[a subroutine]:place=value:' \
    '*--label[a label]:place=priority:' \
    '*--scenario[scenarios]:file or folder:_files' \
    '--rehearse[the caller gone at every step]' \
    '--junit[results as XML]:file:_files' \
    '--json[results as JSON]:file:_files' \
    '--report[the call as a page]:file:_files' \
    '--dialogue[a call that was written down]:file:_files' \
    '--patience[how long a program may say nothing]:time:' \
    '--record[the call as a dialogue]:file:_files' \
    '--trace[show the lines of the protocol]' \
    '--help[help]' \
    '--version[version]' \
    '1:program:_command_names -e' \
    '*::arguments:_files'
