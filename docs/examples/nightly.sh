#!/usr/bin/env bash
# Runs the suite and mails a summary when the verdict is not conformant, or another than the last time; the first run
# always mails, which shows that mail gets through. What is not mailed is printed, and cron mails what is printed.
#
# The arguments are those of a run, the exit code is that of the run. It takes from the environment:
#   LLAMA_CLOUD_API_KEY    a key of the service
#   LLAMA_CLOUD_BASE_URL   its base URL; or --target=URL among the arguments
#   CONFORMANCE_MAIL_TO    who gets the mail; if it is not set, the summary is printed
#   CONFORMANCE_COMMAND    the command, where batches-conformance is not on the PATH
#   CONFORMANCE_STATE      a folder for the report, the log, the last verdict and the history of the nights
#   CONFORMANCE_LIMIT      how long a run may take: 2h
set -euo pipefail
umask 077

command=${CONFORMANCE_COMMAND:-batches-conformance}
state=${CONFORMANCE_STATE:-$HOME/.local/state/batches-conformance}
mkdir -p "$state"

exec 9> "$state/lock"
if ! flock --nonblock 9; then
    echo "Another run has not ended: nothing was checked. It has a lock on $state/lock." >&2
    exit 4
fi

code=0
start=$(mktemp)
trap 'rm -f "$start"' EXIT
timeout --signal=INT --kill-after=60 "${CONFORMANCE_LIMIT:-2h}" \
    "$command" run --report-dir "$state/report" "$@" \
    > "$state/log" 2>&1 < /dev/null 9>&- || code=$?

case $code in
    0) verdict="conformant" ;;
    1) verdict="nonconformant" ;;
    4) verdict="not checked, wrong usage" ;;
    6) verdict="inconclusive" ;;
    7) verdict="gate failed" ;;
    124 | 137) verdict="not ended within ${CONFORMANCE_LIMIT:-2h}" ;;
    *) verdict="ended with exit code $code" ;;
esac

# A report that is not of this night adds nothing, and is counted once.
if [[ -f $state/report/report.json ]] &&
    ! "$command" report history --append "$state/history.json" --keep 400 "$state/report/report.json" \
        > "$state/history.log" 2>&1 < /dev/null; then
    echo "The history was not kept: see $state/history.log." >&2
fi

last=none
if [[ -f $state/verdict ]]; then
    last=$(< "$state/verdict")
fi
if [[ $verdict == conformant && $last == conformant ]]; then
    exit 0
fi

subject="Conformance: $verdict"
if [[ $verdict != "$last" ]]; then
    subject="$subject (before: $last)"
fi

describe() {
    if [[ $state/report/report.json -nt $start ]] &&
        COLUMNS=78 "$command" report show "$state/report/report.json" < /dev/null; then
        return
    fi
    echo "There is no report of this run. The end of its log:"
    echo
    tail -n 40 "$state/log"
}

send() {
    if [[ -n ${CONFORMANCE_MAIL_TO:-} ]] && command -v sendmail > /dev/null; then
        {
            printf 'To: %s\nSubject: %s\n' "$CONFORMANCE_MAIL_TO" "$subject"
            printf 'MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n'
            cat
        } | sendmail -t -i
    elif [[ -n ${CONFORMANCE_MAIL_TO:-} ]] && command -v mail > /dev/null; then
        mail -s "$subject" -- "$CONFORMANCE_MAIL_TO"
    else
        printf '%s\n\n' "$subject"
        cat
    fi
}

# The verdict is noted only after it was reported.
if ! describe | send; then
    echo "The mail \"$subject\" could not be sent: see that sendmail or mail works here; it is tried again next time." >&2
    exit "$code"
fi
echo "$verdict" > "$state/verdict"
exit "$code"
