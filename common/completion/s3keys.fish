# Completion in fish for s3ls, s3exists and s3cp; installed once under the name
# of each, which is how it knows whose it is.  Options come from --help,
# profiles from the AWS configuration, also before the @ of a LOCATION.
# Buckets and keys are not asked for: that would send requests.

function __s3keys_profiles
    set -l config "$HOME/.aws/config"
    set -l credentials "$HOME/.aws/credentials"
    set -q AWS_CONFIG_FILE; and set config $AWS_CONFIG_FILE
    set -q AWS_SHARED_CREDENTIALS_FILE
    and set credentials $AWS_SHARED_CREDENTIALS_FILE
    begin
        test -r $config
        and string match -rg '^\[\s*(?:profile\s+(.*?)|(default))\s*\]' <$config
        test -r $credentials
        and string match -rg '^\[\s*(.*?)\s*\]' <$credentials
    end | string trim -c '"\'' | sort -u
end

function __s3keys_locations
    string match -q '*@*' -- (commandline -ct)
    or __s3keys_profiles | string replace -r '$' '@'
end

# The words that an option may have as its value, if they are known.
function __s3keys_choices
    switch $argv[1]
        case addressing-style
            echo auto path virtual
        case stats
            echo json
        case probe
            echo auto list head
        case same
            echo size etag mtime size,etag size,mtime
        case via
            echo auto server stream
        case metadata tags
            echo copy drop
        case preserve
            echo acl class sse parts
        case sse
            echo AES256 aws:kms aws:kms:dsse
        case acl
            echo private public-read public-read-write authenticated-read \
                aws-exec-read bucket-owner-read bucket-owner-full-control
        case storage-class
            echo STANDARD STANDARD_IA ONEZONE_IA INTELLIGENT_TIERING \
                GLACIER_IR GLACIER DEEP_ARCHIVE REDUCED_REDUNDANCY
    end
end

# One option of --help: its letter and its long name, with what it takes.
function __s3keys_option
    set -l program $argv[1]
    set -l text $argv[2]
    set -l letter $argv[3]
    set -l name $argv[4]
    set -l form $argv[5]
    set -l words -c $program -l $name -d "$text"

    test -n "$letter"; and set -a words -s $letter
    switch "$form"
        case ' *'
            switch $name
                case profile source-profile
                    complete $words -x -a '(__s3keys_profiles)'
                case ca-bundle failed hints
                    complete $words -r -F
                case '*'
                    complete $words -x -a "$(__s3keys_choices $name)"
            end
        case '[=*'
            complete $words -f -a "$(__s3keys_choices $name)"
        case '*'
            complete $words -f
    end
end

function __s3keys_options
    set -l program $argv[1]
    for line in ($program --help 2>/dev/null)
        set -l parts (string match -rg '^ +(-.*?)(?:  +(.*))?$' -- $line)
        or continue
        set -l letter
        for word in (string split ', ' -- $parts[1])
            set -l found (string match -rg '^-([^-])$' -- $word)
            and set letter $found
            and continue
            set found (string match -rg '^--([a-z0-9-]+)(.*)$' -- $word)
            and __s3keys_option $program "$parts[2]" "$letter" $found[1] \
                "$found[2]"
            set letter
        end
    end
end

set -l program (status basename | string replace -r '\.fish$' '')
complete -c $program -f -a '(__s3keys_locations)'
__s3keys_options $program
