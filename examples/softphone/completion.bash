# bash completion for softphone                                            -*- shell-script -*-

_softphone() {
    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
    local options
    case $prev in
    --sounds)
        mapfile -t COMPREPLY < <(compgen -d -- "$cur")
        return
        ;;
    --scenario | --dialogue | --eagi | --record | --report | --junit | --json)
        mapfile -t COMPREPLY < <(compgen -f -- "$cur")
        return
        ;;
    --keys | --press | --press-during | --hangup-during | --hangup-after | --set | --db | --app | --function | \
        --sub | --label | --asterisk | --callerid | --callername | --dnid | --context | --extension | --priority | \
        --language | --patience)
        return
        ;;
    esac
    if [[ $cur == -* ]]; then
        options=$(softphone --help 2>/dev/null | grep -o -E -- '^ +(-h,)?--[a-z-]+' | grep -o -E -- '--[a-z-]+')
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
    else
        mapfile -t COMPREPLY < <(compgen -c -- "$cur"; compgen -f -- "$cur")
    fi
}
complete -o filenames -F _softphone softphone
