# Which commits a change is compared with and judged by. Sourced by run.sh.
# shellcheck shell=bash disable=SC2154
#
# What is compared with must not be up to the author of the change. Branch names
# are: in a checkout of a fork, origin/main is the fork's. The event and GITHUB_SHA
# name commits by their content and come from GitHub.
#
# On pull_request, GITHUB_SHA is a merge that GitHub made: its first parent is the
# base branch, its second the head of the pull request. The event's base commit
# can be older than that. On pull_request_target, GITHUB_SHA is the base branch.

# open_checkout makes sure that git can read the checkout and sets top to its root.
open_checkout() {
	command -v git >/dev/null || die "$UNJUDGED" "git is not installed, so there is no base and no policy" "install git before actions/checkout"
	[ -d "$dir" ] || die "$USAGE" "the input dir is \"$INPUT_DIR\", which is no directory of the checkout"
	trust_no_bare_repository
	top=$(git -C "$dir" rev-parse --show-toplevel 2>&1) ||
		die "$UNJUDGED" "git cannot read the checkout in \"$INPUT_DIR\": $top" "run actions/checkout before gate"
}

# in_checkout tells whether a file belongs to the commit that is checked out, so
# that the author of a change decides what is in it. git finds out where links to
# its directory lead.
in_checkout() {
	local parent=${1%/*}
	[ "$(git -C "$parent" rev-parse --show-toplevel 2>/dev/null)" = "$top" ] &&
		git -C "$parent" ls-files --error-unmatch -- "${1##*/}" >/dev/null 2>&1
}

# trust_no_bare_repository keeps git, here and in gate, from taking a directory of
# the checkout that looks like a repository for one, with the configuration in it.
trust_no_bare_repository() {
	local n=${GIT_CONFIG_COUNT:-0}
	export "GIT_CONFIG_KEY_$n=safe.bareRepository" "GIT_CONFIG_VALUE_$n=explicit"
	export GIT_CONFIG_COUNT=$((n + 1))
}

# find_commits sets base, the commit that the change is compared with, empty if
# everything is judged, and trusted, the commit whose policy counts.
find_commits() {
	base=""
	event_base
	trusted=${base:-$GITHUB_SHA}
	[ -z "$INPUT_BASE" ] || base=$(commit "$INPUT_BASE") || unknown_commit "the input base" "$INPUT_BASE"
	if [ -n "$INPUT_POLICY_FROM" ]; then
		trusted=$(commit "$INPUT_POLICY_FROM") || unknown_commit "the input policy-from" "$INPUT_POLICY_FROM"
	fi
	commit "$trusted" >/dev/null || die "$UNJUDGED" "the checkout lacks $trusted, the commit that this workflow runs for and whose gate.yaml counts" \
		"fetch the whole history: fetch-depth: 0 with actions/checkout" \
		"policy-from: HEAD takes the gate.yaml that is checked out; whoever wrote that decides what passes"
}

# event_base sets base for a pull request or a merge queue; other events have none.
event_base() {
	case $GITHUB_EVENT_NAME in
	pull_request)
		deepen
		if is_test_merge; then
			base=$(commit "HEAD^1")
		fi
		;;
	pull_request_target)
		[ "$(commit HEAD)" != "$GITHUB_SHA" ] || die "$USAGE" "the checkout is the base branch, not the pull request: nothing of the change would be judged" \
			"on pull_request_target, check out refs/pull/NUMBER/merge, and run nothing of it"
		;;
	merge_group) ;;
	*) return ;;
	esac
	[ -n "$base" ] || base=$(commit "$EVENT_BASE") || unknown_commit "the base of the change" "$EVENT_BASE"
}

# is_test_merge tells whether the checkout is the merge that GitHub made of the
# pull request and its base.
is_test_merge() {
	[ "$(commit HEAD)" = "$GITHUB_SHA" ] && [ -n "$EVENT_HEAD" ] && [ "$(commit "HEAD^2")" = "$EVENT_HEAD" ]
}

# deepen fetches the parents of the merge if the checkout is of depth 1. That works
# where the repository can be read without credentials or the checkout kept them;
# elsewhere the missing base is reported later.
deepen() {
	if [ "$(commit HEAD)" = "$GITHUB_SHA" ] && [ "$(git -C "$dir" rev-parse --is-shallow-repository)" = true ] && ! commit "HEAD^1" >/dev/null; then
		GIT_TERMINAL_PROMPT=0 GCM_INTERACTIVE=never git -C "$dir" fetch --quiet --no-tags --no-recurse-submodules \
			--depth=2 origin "$GITHUB_SHA" </dev/null >/dev/null 2>&1 || true
	fi
}

# commit prints the id of a commit; it fails if the checkout does not have it.
commit() { git -C "$dir" rev-parse --verify --quiet --end-of-options "$1^{commit}"; }

# unknown_commit reports a missing commit: unknown_commit WHAT COMMIT
unknown_commit() {
	die "$UNJUDGED" "the checkout lacks $1, commit \"$2\"" \
		"a shallow clone does not have it: fetch-depth: 2 with actions/checkout is enough for the merge of a pull request, fetch-depth: 0 for everything else"
}
