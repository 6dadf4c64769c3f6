# The last step of a job: did gate run in it? Sourced by run.sh.
# shellcheck shell=bash disable=SC2154
#
# A run of gate writes "started" to the marker, then its verdict. This finds a
# gate that a condition skipped, that continue-on-error talked away or that was
# interrupted. It cannot find a step that wrote the marker on purpose.

# verify fails unless gate ran in this job and passed each time.
verify() {
	local line runs=0 passes=0
	if [ -f "$marker" ]; then
		while read -r line; do
			case $line in
			started) runs=$((runs + 1)) ;;
			pass) passes=$((passes + 1)) ;;
			esac
		done <"$marker"
	fi
	[ "$runs" -gt 0 ] || die "$UNJUDGED" "gate did not run in this job, so what it installed was not judged" \
		"look at the conditions of the step that runs gate, and run it before anything is installed"
	[ "$runs" = "$passes" ] || die "$UNJUDGED" "gate ran $runs times in this job and passed $passes times" \
		"do not let the job go on after gate: no continue-on-error, no if: always() on the install"
	echo "gate ran in this job and passed"
	printf '%s\n' verdict=pass blocked=false >>"$GITHUB_OUTPUT"
}
