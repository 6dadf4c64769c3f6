package check

import (
	"fmt"
	"time"

	"github.com/install-gate/gate/internal/evidence"
)

var publisherBurst = &Check{
	ID:    "publisher-burst",
	Title: "many packages of one publisher came out within an hour, as they did not before",
	Doc: `A worm publishes every package that a stolen credential reaches, within minutes. At least five changed packages of one
account, one scope or, for trusted publishing, one repository owner came out within an hour, and no more than half of
them ever had until then. The packages of a monorepo, which come out together time and again, are not reported.

Look whether the owner announced the releases. Lock older versions until it is clear.`,
	Level: ErrorWhenYoung,
	Young: burstNews,
	Needs: []evidence.Kind{evidence.Packument, evidence.PublishTime, evidence.Publisher},
	Entry: func(p *Pass) {
		c, ok := p.index.cohorts[p.Record]
		if !ok || !p.isNews() {
			return
		}
		p.Report(
			fmt.Sprintf("one of %d packages of %s that came out within %s; %s", c.packages, c.owner, age(c.span), c.habit()),
			"look whether the owner announced these releases; lock older versions until then")
	},
}

// burstNews is how long a burst is young: bad ones are found within days.
const burstNews = 14 * 24 * time.Hour

// habit says how the packages came out until then.
func (c cohort) habit() string {
	if c.before < 2 {
		return "until then no two of them came out within an hour"
	}
	return fmt.Sprintf("until then at most %d of them came out within an hour", c.before)
}
