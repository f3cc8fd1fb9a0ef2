# Machines to reach by ssh, for tests: real sshds on loopback, with keys made
# here.  They need no right of root's and touch nothing of the user's.
#
#	. ../reach/hosts.sh
#	hosts host1 host2 || skip_all "$why"
#	host_dies host2
# shellcheck shell=sh disable=SC2154

sshd=$(PATH=$PATH:/usr/sbin:/sbin command -v sshd)

# hosts NAME...: starts them; ssh_config and PARALLEL_SSH know the way.  Each
# has the programs in its PATH, the same store, and the rights of this shell.
hosts()
{
	why=
	for tool in parallel ssh ssh-keygen perl pgrep; do
		command -v $tool >/dev/null || why="$tool is missing"
	done
	[ -n "$sshd" ] || why='sshd is missing'
	[ -z "$why" ] || return 1
	[ "$(id -u)" -ne 0 ] || mkdir -p /run/sshd
	mkdir hosts
	ssh-keygen -q -t ed25519 -N '' -f hosts/client_key
	ssh-keygen -q -t ed25519 -N '' -f hosts/host_key
	sshd_config >hosts/sshd_config
	cat >ssh_config <<-END
	Include $scratch/hosts/*.conf
	Host *
	HostName 127.0.0.1
	User $(id -un)
	IdentityFile $scratch/hosts/client_key
	IdentitiesOnly yes
	UserKnownHostsFile $scratch/hosts/known
	StrictHostKeyChecking yes
	BatchMode yes
	LogLevel ERROR
	END
	for host in "$@"; do
		host_begins "$host"
	done
	# Where a login is not possible at all there is nothing to test.
	why="ssh to this machine does not work ($(
		ssh -F ssh_config "$1" true 2>&1 | tail -n 1 | cut -c1-200))"
	[ "$(ssh -F ssh_config "$1" 'echo $((6 * 7))' 2>/dev/null)" = 42 ] ||
	    return 1
	export PARALLEL_SSH="ssh -F $scratch/ssh_config"
	export PARALLEL_HOME="$scratch/parallel"
}

sshd_config()
{
	cat <<-END
	HostKey $scratch/hosts/host_key
	AuthorizedKeysFile $scratch/hosts/client_key.pub
	StrictModes no
	PidFile none
	PasswordAuthentication no
	PermitRootLogin prohibit-password
	LogLevel ERROR
	END
	[ "$(id -u)" -ne 0 ] || [ ! -e /etc/pam.d/sshd ] || echo 'UsePAM yes'
	printf 'SetEnv'
	for name in HOME PATH AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID \
	    AWS_SECRET_ACCESS_KEY LC_ALL; do
		eval "printf ' %s=%s' $name \"\$$name\""
	done
	echo ' AWS_CONFIG_FILE=/nonexistent' \
	    'AWS_SHARED_CREDENTIALS_FILE=/nonexistent'
}

host_begins()	# NAME
{
	rm -f "hosts/$1.port"
	mkfifo "hosts/$1.port"
	perl "$root/tests/reach/inetd.pl" "$sshd" -i \
	    -f "$scratch/hosts/sshd_config" >"hosts/$1.port" 2>"hosts/$1.log" &
	echo $! >"hosts/$1.pid"
	read -r port <"hosts/$1.port"
	printf 'Host %s\nPort %s\n' "$1" "$port" >"hosts/$1.conf"
	printf '[127.0.0.1]:%s %s\n' "$port" \
	    "$(cut -d' ' -f1,2 hosts/host_key.pub)" >>hosts/known
}

kill_tree()	# PID
{
	kill -STOP "$1" 2>/dev/null
	for child in $(pgrep -P "$1"); do
		kill_tree "$child"
	done
	kill -KILL "$1" 2>/dev/null
}

# host_dies NAME: its sshd, and all that runs there, at once
host_dies()
{
	kill_tree "$(cat "hosts/$1.pid")"
	rm -f "hosts/$1.pid"
}

hosts_end()
{
	for pid in hosts/*.pid; do
		[ ! -e "$pid" ] || kill_tree "$(cat "$pid")"
	done
}
