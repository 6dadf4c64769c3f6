#!/usr/bin/env bash
# The one step of the action: runs gate check on the checkout and hands on what
# it said, or verifies that an earlier step did so.
#
# It has to run in bash 3.2, which macOS has, and in the bash of Git for Windows.
# The inputs are INPUT_*; EVENT_BASE and EVENT_HEAD are what the event says about
# a pull request or a merge queue. The rest are the runner's own variables.
set -euo pipefail

here=${BASH_SOURCE[0]%/*}
# shellcheck source=action/binary.sh
source "$here/binary.sh"
# shellcheck source=action/base.sh
source "$here/base.sh"
# shellcheck source=action/verify.sh
source "$here/verify.sh"

# Exit codes of gate itself.
readonly USAGE=2 UNJUDGED=3

# The reports beside the annotations and the summary; each is an output.
readonly FORMATS=(json sarif html comment)

# How many bytes of an error are shown.
readonly MAX_SAID=4000

# Windows: forward slashes suit both bash and gate.exe, and nothing has to be
# converted on the way to a program.
readonly temp=${RUNNER_TEMP//\\//}
readonly workspace=${GITHUB_WORKSPACE//\\//}
export MSYS_NO_PATHCONV=1

# What each run of gate in this job leaves for verify. The name keeps what another
# job left on a runner of one's own from counting.
readonly marker=$temp/gate-$GITHUB_RUN_ID-$GITHUB_RUN_ATTEMPT-$GITHUB_JOB

main() {
	case $INPUT_VERIFY in
	true) verify ;;
	false) check ;;
	*) die "$USAGE" "the input verify is true or false, not \"$INPUT_VERIFY\"" ;;
	esac
}

# check judges the lockfiles. Whatever ends it early, the verdict is unknown.
check() {
	verdict=unknown work=""
	trap 'finish "$?"' EXIT
	echo started >>"$marker"
	work=$(mktemp -d "$temp/gate.XXXXXX")
	dir=$(absolute "$INPUT_DIR")
	open_checkout
	find_binary
	find_commits

	# --no-cache: what an earlier job kept on a self-hosted runner is no evidence.
	args=(check "$dir" --no-cache --format github --advisories "$INPUT_ADVISORIES" --timeout "$INPUT_TIMEOUT")
	[ -z "$base" ] || args+=(--base "$base")
	[ -z "$INPUT_AS_OF" ] || args+=(--as-of "$INPUT_AS_OF")
	add_policy
	args+=(--report summary=auto)
	local format
	for format in "${FORMATS[@]}"; do
		args+=(--report "$format=$(report_file "$format")")
	done
	run_gate
}

# run_gate runs the binary and turns its exit code into the verdict. It runs in a
# directory of its own: gate takes a base that is also a path for the path, and
# the change decides which paths the checkout has.
run_gate() {
	local code=0 said report
	(cd "$work" && exec "$binary" "${args[@]}" 2>"$work/stderr") || code=$?
	said=$(head -c "$MAX_SAID" "$work/stderr")
	report=$(report_file json)
	if [ ! -s "$report" ]; then
		annotate "${said:-gate: error: ${binary##*/} ended with $code and wrote no report}"
		exit "$code"
	fi
	[ -z "$said" ] || printf '%s\n' "$said" >&2
	case $code in
	0) verdict=pass ;;
	1) verdict=blocked ;;
	esac
	exit "$code"
}

# add_policy adds the flags for the policy as the trusted commit has it.
add_policy() {
	case $INPUT_POLICY in
	"") args+=(--policy-from "$trusted") ;;
	/* | [A-Za-z]:*)
		! in_checkout "$(absolute "$INPUT_POLICY")" || die "$USAGE" "the input policy is \"$INPUT_POLICY\", a file of the checkout: a change could bring its policy along" \
			"write it relative to the input dir, then it is read as the base has it"
		args+=(--policy "$INPUT_POLICY")
		;;
	*)
		git -C "$dir" cat-file blob "$trusted:./$INPUT_POLICY" >"$work/policy.yaml" 2>/dev/null ||
			die "$USAGE" "commit $trusted has no policy $INPUT_POLICY" \
				"a change cannot bring its policy along: merge the policy first"
		args+=(--policy "$work/policy.yaml")
		;;
	esac
}

# finish hands on the verdict and ends the step with a code.
finish() {
	local code=$1 blocked=true format
	[ "$verdict" != pass ] || blocked=false
	[ "$code" != 0 ] || [ "$verdict" = pass ] || code=$UNJUDGED
	echo "$verdict" >>"$marker"
	printf '%s\n' "verdict=$verdict" "blocked=$blocked" >>"$GITHUB_OUTPUT"
	for format in "${FORMATS[@]}"; do
		[ ! -s "$(report_file "$format")" ] || echo "$(output_name "$format")=$(report_file "$format")" >>"$GITHUB_OUTPUT"
	done
	exit "$code"
}

report_file() { echo "$work/gate.$1"; }

output_name() { [ "$1" = json ] && echo report || echo "$1"; }

# absolute prints a path of the workspace in full, with forward slashes.
absolute() {
	local path=$1
	[ "$RUNNER_OS" != Windows ] || path=${path//\\//}
	case $path in
	/* | [A-Za-z]:*) printf '%s\n' "$path" ;;
	*) printf '%s\n' "$workspace/$path" ;;
	esac
}

# die ends the step: die CODE MESSAGE [HINT...]. In $(...) it would end the
# substitution alone, so the functions that may die set variables instead.
die() {
	local code=$1 message="gate: error: $2" hint
	shift 2
	for hint; do
		message+=$'\n'"gate: hint: $hint"
	done
	annotate "$message"
	exit "$code"
}

# annotate shows a text on the page of the workflow run.
annotate() {
	local text=$1
	text=${text//'%'/%25}
	text=${text//$'\r'/%0D}
	text=${text//$'\n'/%0A}
	printf '::error title=gate::%s\n' "$text"
}

main
