package lockfile

import "testing"

func TestWithoutOverridden(t *testing.T) {
	problems := []Problem{
		{Check: "lock-drift", Name: "@rollup/wasm-node", Alias: "rollup"},
		{Check: "lock-drift", Name: "evil", Alias: "lodash"},
		{Check: "lock-drift", Name: "left-pad"},
	}
	root := &Manifest{Overrides: []Override{{Name: "rollup", Spec: "npm:@rollup/wasm-node@^4"}, {Name: "lodash", Spec: "npm:evilish"}}}
	got := WithoutOverridden(problems, root)
	if len(got) != 2 || got[0].Name != "evil" || got[1].Name != "left-pad" {
		t.Errorf("got %v, want the problems with evil and left-pad", got)
	}
	if got := WithoutOverridden(problems, nil); len(got) != len(problems) {
		t.Errorf("without a package.json got %v, want all", got)
	}
	if len(problems) != 3 || problems[0].Alias != "rollup" {
		t.Errorf("the argument was changed to %v", problems)
	}
}
