# Sourced after lib.sh by the tests against another store, which a script of its
# own starts, tells the addresses of, and destroys.
# shellcheck shell=sh disable=SC2154 # lib.sh and the script set the rest

# gateway SCRIPT: starts that store; its addresses and keys are in S3_...
gateway()
{
	gateway=$1 cluster=$scratch/cluster
	trap end_gateway EXIT
	sh "$gateway" start "$cluster" >/dev/null 2>start.err || {
		sed 's/^/# /' start.err
		echo "Bail out! ${gateway##*/} does not start"
		exit 1
	}
	eval "$(sh "$gateway" env "$cluster")"
}

end_gateway()
{
	sh "$gateway" destroy "$cluster" >/dev/null 2>&1
	cleanup
}

# by PROFILE COMMAND...: the other client's view
by()
{
	case $1 in test) url=$S3 ;; *) url=$S3_ENDPOINT ;; esac
	/usr/bin/python3 "$root/tests/rgw/client.py" "$url" "$@"
}

# agree WANT CLAIM: `got' is the file WANT, and that holds something
agree()
{
	ok "$2: there is something to compare" [ -s "$1" ]
	same got "$1" "$2"
}
