# Sourced by the end-to-end tests: TAP, one scratch folder, one server.
#
#	. "$(dirname "$0")/../lib.sh"
#	server 'bucket b' 'fill b small 3'
#	run s3ls b
#	status_is 0 's3ls ends with 0'
#	is "$(wc -l <out)" 3 'three keys come out'
#	finish
#
# Each test runs in its own empty folder, with its own server on ports of the
# kernel's choice, as account alice, without any configuration of the user's.
# shellcheck shell=sh

set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
: "${BUILD:=$root/build}"
case $BUILD in /*) ;; *) BUILD=$root/$BUILD ;; esac
PATH=$BUILD/bin:$BUILD/test:$PATH
scratch=$(mktemp -d "${TMPDIR:-/tmp}/s3test.XXXXXX")
cd "$scratch" || exit 1

# Nothing of the user's may reach a test.
for name in $(env | sed -n 's/^\(AWS_[A-Z0-9_]*\)=.*/\1/p'); do
	unset "$name"
done
unset http_proxy https_proxy HTTPS_PROXY ALL_PROXY all_proxy NO_PROXY
unset no_proxy CURL_CA_BUNDLE SSL_CERT_FILE
export LC_ALL=C HOME="$scratch/home" PATH BUILD
export AWS_EC2_METADATA_DISABLED=true
mkdir "$HOME"
as_alice()
{
	export AWS_ACCESS_KEY_ID=AKIAALICE0000000001
	export AWS_SECRET_ACCESS_KEY=alice-secret/with+odd=chars
}
as_bob()
{
	export AWS_ACCESS_KEY_ID=AKIABOB00000000002
	export AWS_SECRET_ACCESS_KEY=bob-secret
}
as_alice

servers=
cleanup()
{
	for pid in $servers; do
		kill "$pid" 2>/dev/null
	done
	cd / && rm -rf "$scratch"
}
trap cleanup EXIT
trap 'exit 1' INT TERM HUP

# --- TAP ---

count=0
failures=0

# ok CLAIM COMMAND [ARG...]: the claim holds if the command ends with 0
ok()
{
	claim=$1
	shift
	count=$((count + 1))
	if "$@"; then
		printf 'ok %d - %s\n' $count "$claim"
	else
		failures=$((failures + 1))
		printf 'not ok %d - %s\n' $count "$claim"
		printf '#   %s\n' "$*" | head -c 600
		printf '\n'
		[ ! -s err ] || head -n 5 err | cut -c1-300 | sed 's/^/# stderr: /'
	fi
}

# is GOT WANTED CLAIM
is()
{
	ok "$3" [ "$1" = "$2" ]
	[ "$1" = "$2" ] || printf '#      got: %s\n# expected: %s\n' \
	    "$(printf '%s' "$1" | head -c 1000 | tr '\n' '|')" \
	    "$(printf '%s' "$2" | head -c 1000 | tr '\n' '|')"
}

# same FILE WANTED CLAIM: two files are equal byte for byte
same()
{
	ok "$3" cmp -s "$1" "$2"
	cmp -s "$1" "$2" || diff -a "$1" "$2" | head -n 6 | cut -c1-200 |
	    sed 's/^/# /'
}

skip_all()
{
	printf '1..0 # SKIP %s\n' "$1"
	exit 0
}

finish()
{
	printf '1..%d\n' $count
	[ $failures -eq 0 ]
	exit
}

# --- running the programs ---

# run COMMAND...: stdin is the file `in' if there is one, stdout goes to `out',
# stderr to `err', the exit status into $status.  A sanitizer's complaint is a
# failure whatever status was expected.
run()
{
	if [ -e in ]; then
		timeout -k 5 300 "$@" <in >out 2>err
	else
		timeout -k 5 300 "$@" </dev/null >out 2>err
	fi
	status=$?
	sane
}

# sh_run 'SHELL TEXT': the same for a pipeline
sh_run()
{
	run sh -c "$1"
}

# A job of a shell script ignores SIGINT; `start COMMAND... &' does not.
start()
{
	exec perl -e '$SIG{INT} = $SIG{QUIT} = "DEFAULT"; exec @ARGV or die' "$@"
}

sane()
{
	if grep -qE 'Sanitizer|runtime error:' err; then
		ok 'no sanitizer complains' false
	fi
}

status_is()
{
	is "$status" "$1" "$2"
}

# err_has TEXT CLAIM: stderr is one line, and holds the text
err_has()
{
	is "$(wc -l <err)" 1 "$2: one line"
	ok "$2: $1" grep -qF -e "$1" err
}

# quiet CLAIM: stderr is empty
quiet()
{
	ok "$1" [ ! -s err ]
}

lines()
{
	wc -l <"$1"
}

# --- the server ---

# server [DIRECTIVE...]: starts one; sets S3, S3S, ADMIN, and the endpoint
server()
{
	server_with '' "$@"
	export AWS_ENDPOINT_URL="$S3"
}

# server_with OPTIONS [DIRECTIVE...]: the same, the endpoint left alone
server_with()
{
	options=$1
	shift
	rm -f addresses
	mkfifo addresses
	# shellcheck disable=SC2086
	s3server --parent $$ $options >addresses 2>server.err &
	servers="$servers $!"
	S3='' S3S='' ADMIN='' STS='' SSO='' OIDC='' CONTAINER='' IMDS=''
	# shellcheck disable=SC2034
	while read -r word url; do
		case $word in
		http) S3=$url ;;
		https) S3S=$url ;;
		admin) ADMIN=$url ;;
		sts) STS=$url ;;
		sso) SSO=$url ;;
		oidc) OIDC=$url ;;
		container) CONTAINER=$url ;;
		imds) IMDS=$url ;;
		ready) break ;;
		esac
	done <addresses
	rm -f addresses
	[ -n "$S3" ] || {
		sed 's/^/# /' server.err
		echo 'Bail out! the test server does not start'
		exit 1
	}
	[ $# -eq 0 ] || say "$@"
}

# say DIRECTIVE...: to the server, one a word
say()
{
	answer=$(printf '%s\n' "$@" | curl -sS --data-binary @- "$ADMIN/")
	[ "$answer" = ok ] || ok "the server takes: $* ($answer)" false
}

# ask PATH: an admin call's answer
ask()
{
	curl -sS "$ADMIN$1"
}

# counted NAME: how often, by /counts
counted()
{
	ask /counts | awk -v name="$1" '$1 == name { n = $2 } END { print n + 0 }'
}

# until_counted NAME N PID: waits until /counts says so much; the process is
# what makes it so, and if it ends that is the end of the wait
until_counted()
{
	until [ "$(counted "$1")" -ge "$2" ]; do
		kill -0 "$3" 2>/dev/null || break
	done
}

# cert: makes ca.pem, cert.pem and key.pem for localhost and 127.0.0.1
cert()
{
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
	    -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost \
	    -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:*.localhost' \
	    2>/dev/null
	cp cert.pem ca.pem
}
