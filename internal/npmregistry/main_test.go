package npmregistry

import (
	"os"
	"testing"

	"github.com/install-gate/gate/internal/npmregistry/registrytest"
)

func TestMain(m *testing.M) {
	registrytest.BlockNetwork()
	os.Exit(m.Run())
}
