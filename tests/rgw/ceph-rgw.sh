#!/bin/sh
# ceph-rgw.sh - a throw-away single-node Ceph with a RADOS Gateway (real S3 server).
#
#   ceph-rgw.sh start  DIR [PORT] start (or re-start) the cluster that lives in DIR;
#                                 without PORT on ten free ones in a row
#   ceph-rgw.sh stop   DIR        stop its daemons (data stays; start brings it back)
#   ceph-rgw.sh status DIR        print endpoint and keys; exit 0 if it answers, 1 if not
#   ceph-rgw.sh env    DIR        print shell assignments (eval "$(ceph-rgw.sh env DIR)")
#   ceph-rgw.sh destroy DIR       stop, then remove DIR (only if this script made it)
#
# Ports, all on 127.0.0.1 and below those that the kernel gives to clients: PORT http, PORT+1 https, PORT+2 monitor, PORT+3..PORT+9 OSD.
# Needs (Debian 12):
#   apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd curl openssl
# No systemd, no root needed, nothing is written outside DIR.
#
# Environment:
#   CEPH_RGW_STORE=memstore|bluestore  where objects live (default memstore: RAM, fast,
#                                      saved to DIR on a clean stop)
#   CEPH_RGW_BYTES=N                   size of that store in bytes (default 4 GiB)
#   CEPH_RGW_LOG=0                     no access log (default 1: DIR/log/rgw.log, a "beast:"
#                                      line a request, good for counting requests)
#   CEPH_RGW_NODELAY=0                 RGW's own default: CopyObject takes 40 ms more unless the
#                                      client sets TCP_QUICKACK (default here 1)
#   CEPH_RGW_OPTS="a = b\nc = d"       more lines for the [client.rgw] section of ceph.conf
set -eu

usage() { sed -n '2,/^set -eu/s/^# \{0,1\}//p' "$0" >&2; exit 2; }
[ $# -ge 2 ] || usage
CMD=$1
case $2 in /*) DIR=$2 ;; *) DIR=$PWD/$2 ;; esac
PORT=${3:-}
case $DIR in *[[:space:]\"\'\;#]*) echo "ceph-rgw.sh: no blanks, quotes, ';' or '#' in DIR, please" >&2; exit 2 ;; esac
case $PORT in *[!0-9]*) usage ;; esac
MARK=$DIR/.ceph-rgw
CONF=$DIR/ceph.conf
STORE=${CEPH_RGW_STORE:-memstore}
BYTES=${CEPH_RGW_BYTES:-4294967296}

# Fixed credentials: test data only. alice and bob own things; tenant user has its own namespace.
A_ID=alice;  A_KEY=ALICEACCESSKEY000001; A_SEC=alicesecretkeyalicesecretkeyalicesecret01
B_ID=bob;    B_KEY=BOBACCESSKEY00000001; B_SEC=bobsecret/key+bobsecret/key+bobsecret/k01
STS_ROLE=arn:aws:iam:::role/lab

die() { echo "ceph-rgw.sh: $*" >&2; exit 1; }
msg() { echo "ceph-rgw.sh: $*" >&2; }
export CEPH_CONF="$CONF"
# the ceph tool writes .pyc and asks for no keyring with auth = none
ceph_() { timeout 60 ceph -c "$CONF" --connect-timeout 30 "$@"; }
admin() { timeout 60 radosgw-admin -c "$CONF" -n client.rgw.lab "$@"; }

alive() { # alive NAME: is the daemon of pid file NAME running (and really ours)?
	p=$(cat "$DIR/run/$1.pid" 2>/dev/null) || return 1
	[ -n "$p" ] && kill -0 "$p" 2>/dev/null || return 1
	tr '\0' ' ' <"/proc/$p/cmdline" 2>/dev/null | grep -qF -- "$CONF"
}
stop_one() { # stop_one NAME SECONDS
	alive "$1" || { rm -f "$DIR/run/$1.pid"; return 0; }
	p=$(cat "$DIR/run/$1.pid")
	KILLED=
	kill "$p" 2>/dev/null || :
	i=0
	while alive "$1"; do
		i=$((i + 1))
		[ $i -lt $(($2 * 10)) ] || { msg "$1 (pid $p) does not stop: kill -9"; KILLED=1; kill -9 "$p" 2>/dev/null || :; sleep 0.2; break; }
		sleep 0.1
	done
	rm -f "$DIR/run/$1.pid"
}
ready() { # the gateway, not something else on its port, answers with an S3 reply
	alive rgw && curl -s -m 2 "http://127.0.0.1:$PORT/" 2>/dev/null | grep -q '<ListAllMyBucketsResult'
}
load_port() { [ -f "$MARK" ] || die "$DIR: no cluster made by this script"; PORT=$(cat "$MARK"); }

print_env() {
	cat <<-E
	S3_ENDPOINT=http://127.0.0.1:$PORT
	S3_ENDPOINT_TLS=https://s3.localhost:$((PORT + 1))
	S3_CA=$DIR/tls/ca.crt
	S3_REGION=default
	AWS_ACCESS_KEY_ID=$A_KEY
	AWS_SECRET_ACCESS_KEY=$A_SEC
	S3_ACCESS_KEY_2=$B_KEY
	S3_SECRET_KEY_2=$B_SEC
	S3_USER_1=$A_ID
	S3_USER_2=$B_ID
	S3_STS_ROLE=$STS_ROLE
	E
}

make_tls() {
	[ -f "$DIR/tls/server.crt" ] && return 0
	mkdir -p "$DIR/tls"
	(
		cd "$DIR/tls"
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
			-subj '/CN=ceph-rgw.sh test CA' -keyout ca.key -out ca.crt \
			-addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign,cRLSign
		openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
			-subj '/CN=localhost' -keyout server.key -out server.csr
		printf '%s\n' 'subjectAltName=DNS:localhost,DNS:s3.localhost,DNS:*.s3.localhost,IP:127.0.0.1' \
			'basicConstraints=CA:FALSE' 'extendedKeyUsage=serverAuth' >ext.cnf
		openssl x509 -req -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -days 3650 \
			-extfile ext.cnf -out server.crt
	) >"$DIR/log/openssl.log" 2>&1 || die "openssl failed: see $DIR/log/openssl.log"
}

make_conf() {
	fsid=$(cat /proc/sys/kernel/random/uuid)
	ouuid=$(cat /proc/sys/kernel/random/uuid)
	echo "$ouuid" >"$DIR/osd.uuid"
	# speed: no in-memory log either
	DBG=$(for x in asok auth buffer client context crush finisher heartbeatmap journal journaler \
		lockdep mgrc monc ms objclass objecter objectcacher optracker osd perfcounter rados striper throttle \
		timer tp bluestore bdev bluefs rocksdb memdb; do echo "	debug $x = 0/0"; done)
	cat >"$CONF" <<-E
	[global]
	fsid = $fsid
	mon host = [v2:127.0.0.1:$((PORT + 2))]
	ms bind msgr1 = false
	ms bind ipv6 = false
	auth cluster required = none
	auth service required = none
	auth client required = none
	auth supported = none
	ms mon client mode = crc
	run dir = $DIR/run
	crash dir = $DIR/log
	admin socket =
	log file = $DIR/log/\$name.log
	log to stderr = false
	err to stderr = true
$DBG
	setuser match path = $DIR
	osd pool default size = 1
	osd pool default min size = 1
	osd pool default pg num = 4
	osd pool default pgp num = 4
	osd pool default pg autoscale mode = off
	osd crush chooseleaf type = 0
	mon allow pool size one = true
	mon max pg per osd = 1000
	[mon]
	mon data = $DIR/mon
	pid file = $DIR/run/mon.pid
	mon cluster log file = $DIR/log/cluster.log
	mon data avail crit = 1
	mon data avail warn = 2
	mon osd full ratio = .99
	mon osd nearfull ratio = .98
	mon osd backfillfull ratio = .98
	paxos propose interval = 0.02
	paxos min wait = 0.01
	mon allow pool delete = true
	auth allow insecure global id reclaim = true
	[osd]
	public addr = 127.0.0.1
	cluster addr = 127.0.0.1
	osd data = $DIR/osd
	pid file = $DIR/run/osd.pid
	osd objectstore = $STORE
	memstore device bytes = $BYTES
	memstore page set = true
	memstore page size = 4096
	bluestore block path =
	bluestore block create = true
	bluestore block size = $BYTES
	bluestore fsck on mount = false
	bluestore fsck on umount = false
	ms bind port min = $((PORT + 3))
	ms bind port max = $((PORT + 9))
	osd fast shutdown = false
	osd failsafe full ratio = .995
	osd heartbeat grace = 600
	osd check max object name len on startup = false
	osd scrub begin hour = 0
	osd max scrubs = 0
	osd memory target = 1073741824
	osd op num shards = 2
	osd op num threads per shard = 2
	osd class load list = *
	osd class default list = *
	[client]
	log file = $DIR/log/client.log
	[client.rgw.lab]
	pid file = $DIR/run/rgw.pid
	log file = $DIR/log/rgw.log
	rgw data = $DIR/rgw
	debug rgw = ${CEPH_RGW_LOG:-1}/0
	rgw frontends = beast tcp_nodelay=${CEPH_RGW_NODELAY:-1} endpoint=127.0.0.1:$PORT ssl_endpoint=127.0.0.1:$((PORT + 1)) ssl_certificate=$DIR/tls/server.crt ssl_private_key=$DIR/tls/server.key
	rgw dns name = s3.localhost
	rgw thread pool size = 64
	rgw s3 auth use sts = true
	rgw s3 auth order = local, sts
	rgw sts key = labstskey0123456
	rgw dynamic resharding = false
	rgw crypt require ssl = false
	rgw crypt s3 kms backend = testing
	rgw crypt s3 kms encryption keys = testkey-1=YmluCmJvb3N0CmJvb3N0LWJ1aWxkCmNlcGguY29uZgo=
	rgw enable usage log = false
	rgw enable ops log = false
	rgw lifecycle work time = 00:00-00:00
	E
	[ -z "${CEPH_RGW_OPTS:-}" ] || printf '%b\n' "$CEPH_RGW_OPTS" >>"$CONF"
}

free_ports() { # the first of ten ports that nobody has
	perl -MIO::Socket::INET -e '
	    TRY: for (1 .. 200) {
		my $first = 10000 + int rand 20000;
		my @held;
		for my $port ($first .. $first + 9) {
		    push @held, IO::Socket::INET->new(Listen => 1,
			LocalAddr => "127.0.0.1:$port") || next TRY;
		}
		print $first;
		exit 0;
	    }
	    exit 1'
}

start() {
	[ -n "$PORT" ] || [ ! -f "$MARK" ] || PORT=$(cat "$MARK")
	[ -n "$PORT" ] || PORT=$(free_ports) || die 'no ten free ports in a row'
	for t in radosgw ceph-mon ceph-osd radosgw-admin curl openssl; do
		command -v $t >/dev/null || die "$t not found: apt-get install -y --no-install-recommends radosgw ceph-mon ceph-osd curl openssl"
	done
	if [ -f "$MARK" ]; then
		old=$(cat "$MARK")
		[ "$old" = "$PORT" ] || die "$DIR was made for port $old, not $PORT (destroy it first)"
	else
		[ ! -e "$DIR" ] || [ -z "$(ls -A "$DIR")" ] || die "$DIR is not empty and not ours"
	fi
	mkdir -p "$DIR/run" "$DIR/log"
	if [ -f "$DIR/.made" ] && [ -f "$DIR/.dirty" ] && ! alive osd; then
		# memstore is saved on a clean stop only: after a crash the PGs would hang for ever
		msg "the OSD in $DIR was not stopped cleanly: starting over with an empty cluster"
		rm -f "$DIR/.made" "$DIR/.dirty"
	fi
	if [ ! -f "$DIR/.made" ]; then # first start, or an earlier start that failed half-way
		for n in rgw osd mon; do stop_one $n 2; done
		rm -rf "$DIR/mon" "$DIR/osd" "$DIR/rgw"
		echo "$PORT" >"$MARK"
		make_tls
		make_conf
		mkdir -p "$DIR/mon" "$DIR/osd" "$DIR/rgw"
		monmaptool --create --clobber --fsid "$fsid" --addv a "[v2:127.0.0.1:$((PORT + 2))]" "$DIR/monmap" >"$DIR/log/mkfs.log" 2>&1 || die "monmaptool failed: $DIR/log/mkfs.log"
		ceph-mon -c "$CONF" -i a --mkfs --monmap "$DIR/monmap" >>"$DIR/log/mkfs.log" 2>&1 || die "ceph-mon --mkfs failed: $DIR/log/mkfs.log"
	fi
	alive mon || ceph-mon -c "$CONF" -i a >>"$DIR/log/start.log" 2>&1 || die "ceph-mon failed: $DIR/log"
	if [ ! -f "$DIR/.made" ]; then
		ouuid=$(cat "$DIR/osd.uuid")
		ceph_ osd new "$ouuid" >"$DIR/log/osdnew.log" 2>&1 || die "ceph osd new failed: $DIR/log/osdnew.log"
		ceph-osd -c "$CONF" -i 0 --mkfs --osd-uuid "$ouuid" >>"$DIR/log/mkfs.log" 2>&1 || die "ceph-osd --mkfs failed: $DIR/log/mkfs.log"
	fi
	! grep -q '^osd objectstore = memstore' "$CONF" || : >"$DIR/.dirty"
	# memstore dumps its content into the log at stop and start: keep the log small
	alive osd || rm -f "$DIR/log/osd.0.log"
	alive osd || ceph-osd -c "$CONF" -i 0 >>"$DIR/log/start.log" 2>&1 || die "ceph-osd failed: $DIR/log"
	if [ ! -f "$DIR/.made" ]; then # the first radosgw-admin also makes the default zone
		admin user create --uid=$A_ID --display-name=Alice --email=alice@example.com \
			--access-key=$A_KEY --secret-key="$A_SEC" --caps='roles=*;user-policy=*' >"$DIR/log/users.log" 2>&1 || die "user create: $DIR/log/users.log"
		admin user create --uid=$B_ID --display-name=Bob --email=bob@example.com \
			--access-key=$B_KEY --secret-key="$B_SEC" >>"$DIR/log/users.log" 2>&1 || die "user create: $DIR/log/users.log"
		admin role create --role-name=lab --assume-role-policy-doc='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":["arn:aws:iam:::user/'$A_ID'","arn:aws:iam:::user/'$B_ID'"]},"Action":["sts:AssumeRole"]}]}' >>"$DIR/log/users.log" 2>&1 || die "role create: $DIR/log/users.log"
		admin role-policy put --role-name=lab --policy-name=all --policy-doc='{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":"arn:aws:s3:::*"}]}' >>"$DIR/log/users.log" 2>&1 || die "role-policy put: $DIR/log/users.log"
		# a second storage class, as AWS has
		admin zonegroup placement add --rgw-zonegroup=default --placement-id=default-placement --storage-class=STANDARD_IA >>"$DIR/log/users.log" 2>&1 &&
		admin zone placement add --rgw-zone=default --placement-id=default-placement --storage-class=STANDARD_IA --data-pool=default.rgw.ia.data >>"$DIR/log/users.log" 2>&1 ||
			die "zone placement: $DIR/log/users.log"
	fi
	alive rgw || radosgw -c "$CONF" -n client.rgw.lab >>"$DIR/log/start.log" 2>&1 || die "radosgw failed: $DIR/log"
	i=0
	until ready; do
		i=$((i + 1))
		[ $i -lt 600 ] || die "the gateway does not answer after 60 s: see $DIR/log"
		alive rgw || [ $i -lt 20 ] || die "radosgw died: see $DIR/log/rgw.log"
		sleep 0.1
	done
	: >"$DIR/.made"
	print_env
}

case $CMD in
start) start ;;
stop)
	load_port
	stop_one rgw 10
	! alive osd || { stop_one osd 60; [ -n "$KILLED" ] || rm -f "$DIR/.dirty" "$DIR/log/osd.0.log"; }
	stop_one mon 10
	;;
status)
	load_port
	rc=0
	for n in mon osd rgw; do if alive $n; then msg "$n: running, pid $(cat "$DIR/run/$n.pid")"; else msg "$n: not running"; rc=1; fi; done
	ready || { msg "no answer on 127.0.0.1:$PORT"; rc=1; }
	print_env
	exit $rc
	;;
env) load_port; print_env ;;
destroy)
	[ -e "$DIR" ] || exit 0
	load_port
	for n in rgw osd mon; do alive $n && kill -9 "$(cat "$DIR/run/$n.pid")" || :; done
	sleep 0.2
	rm -rf "$DIR"
	;;
*) usage ;;
esac
