package partner

import (
	"testing"

	"nuanxin/internal/web/webtest"
)

func TestWords(t *testing.T) { webtest.Complete(t, Texts()) }
