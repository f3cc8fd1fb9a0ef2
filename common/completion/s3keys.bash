# Completion in bash for s3ls, s3exists and s3cp: long options, as --help lists
# them, their values, and the profiles of the AWS configuration, also before
# the @ of a LOCATION.  Buckets and keys are not asked for: that would send
# requests, which cost time and money.
# shellcheck shell=bash

# The names of profiles, one a line.
_s3keys_profiles()
{
	{
		sed -n -e 's/^\[[[:blank:]]*default[[:blank:]]*\].*/default/p' \
		    -e 's/^\[[[:blank:]]*profile[[:blank:]]\{1,\}\(.*\)\].*/\1/p' \
		    "${AWS_CONFIG_FILE:-$HOME/.aws/config}"
		sed -n 's/^\[\(.*\)\].*/\1/p' \
		    "${AWS_SHARED_CREDENTIALS_FILE:-$HOME/.aws/credentials}"
	} 2>/dev/null |
	    sed -e 's/^[[:blank:]]*//' -e 's/[[:blank:]]*$//' \
		-e 's/^"\(.*\)"$/\1/' -e "s/^'\(.*\)'\$/\1/" | LC_ALL=C sort -u
}

# The options of a program, one a line: `-j=' has a value, `-l' has none, and
# `--stats?' may have one.
_s3keys_options()
{
	"$1" --help 2>/dev/null | awk '
	/^ +-/ {
		sub(/^ +/, "")
		sub(/  .*/, "")
		n = split($0, words, /, */)
		value = words[n] ~ / / ? "=" : words[n] ~ /\[=/ ? "?" : ""
		for (i = 1; i <= n; i++) {
			own = words[i] ~ / / ? "=" : ""
			if (words[i] ~ /^-[^-]/ && i < n)
				own = value
			sub(/[ [].*/, "", words[i])
			if (words[i] != "")
				print words[i] (i == n ? value : own)
		}
	}'
}

# Replies with those of the lines on stdin that begin with the word, quoted for
# the shell where they need it, with a suffix.
_s3keys_reply()		# WORD [SUFFIX]
{
	local line
	while IFS= read -r line; do
		[[ $line == "$1"* ]] &&
		    COMPREPLY+=("$(printf '%q' "$line")${2-}")
	done
}

_s3keys_value()		# OPTION WORD
{
	local choices
	case $1 in
	--profile|--source-profile)
		_s3keys_reply "$2" < <(_s3keys_profiles)
		return
		;;
	--ca-bundle|--failed|--hints)
		compopt -o filenames 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -f -- "$2")
		return
		;;
	--addressing-style) choices='auto path virtual' ;;
	--stats) choices=json ;;
	--probe) choices='auto list head' ;;
	--same) choices='size etag mtime size,etag size,mtime' ;;
	--via) choices='auto server stream' ;;
	--metadata|--tags) choices='copy drop' ;;
	--preserve) choices='acl class sse parts' ;;
	--sse) choices='AES256 aws:kms aws:kms:dsse' ;;
	--acl) choices='private public-read public-read-write
	    authenticated-read aws-exec-read bucket-owner-read
	    bucket-owner-full-control' ;;
	--storage-class) choices='STANDARD STANDARD_IA ONEZONE_IA
	    INTELLIGENT_TIERING GLACIER_IR GLACIER DEEP_ARCHIVE
	    REDUCED_REDUNDANCY' ;;
	*) return ;;
	esac
	mapfile -t COMPREPLY < <(compgen -W "$choices" -- "$2")
}

# The words before the cursor as the program will see them: bash has cut them
# at =, : and @, which belong to options and LOCATIONs.
_s3keys_join()
{
	local i word glue=
	words=()
	for ((i = 0; i <= COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		if [[ $i -gt 1 && ($word == [=:@]* || -n $glue) &&
		    -z $(_s3keys_gap "$i") ]]; then
			words[${#words[@]} - 1]+=$word
		else
			words+=("$word")
		fi
		glue=
		[[ $word == *[=:@] ]] && glue=yes
	done
}

# Prints something if blanks stand before a word of COMP_WORDS.
_s3keys_gap()
{
	local line=$COMP_LINE i
	for ((i = 0; i < $1; i++)); do
		line=${line#*"${COMP_WORDS[i]}"}
	done
	[[ $line == [[:blank:]]* ]] && echo gap
}

_s3keys()
{
	local program=$1 word before option options i operands=0 most=1
	local -a words
	COMPREPLY=()
	_s3keys_join
	word=${words[-1]}
	options=$'\n'$(_s3keys_options "$program")$'\n'
	[[ ${program##*/} == s3cp ]] && most=2

	# What the words before say: operands so far, or a value that is due.
	for ((i = 1; i < ${#words[@]} - 1; i++)); do
		before=${words[i]}
		case $before in
		--) operands=$((operands + ${#words[@]} - i - 2)); break ;;
		-?*)
			if [[ $options == *$'\n'"$before="$'\n'* ]]; then
				i=$((i + 1))
				if ((i == ${#words[@]} - 1)); then
					_s3keys_value "$before" "$word"
					return
				fi
			fi
			;;
		*) operands=$((operands + 1)) ;;
		esac
	done

	case $word in
	--*=*)
		_s3keys_value "${word%%=*}" "${word#*=}"
		;;
	-*)
		for option in $options; do
			option=${option%[=?]}
			[[ $option == --* && $option == "$word"* ]] &&
			    COMPREPLY+=("$option")
		done
		[[ $word == --stat* ]] && COMPREPLY+=(--stats=json)
		;;
	*@*|s3://*/*) ;;
	*)
		((operands < most)) || return
		i=
		[[ $word == s3://* ]] && i=s3:// word=${word#s3://}
		compopt -o nospace 2>/dev/null
		_s3keys_reply "$word" @ < <(_s3keys_profiles)
		# bash has cut s3:// at its colon, and puts back what follows.
		[[ -n $i && $COMP_WORDBREAKS == *:* ]] &&
		    COMPREPLY=("${COMPREPLY[@]/#///}")
		[[ -n $i && $COMP_WORDBREAKS != *:* ]] &&
		    COMPREPLY=("${COMPREPLY[@]/#/s3://}")
		;;
	esac
}

complete -F _s3keys s3ls s3exists s3cp
