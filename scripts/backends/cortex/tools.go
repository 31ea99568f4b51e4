//go:build tools

package tools

import _ "github.com/cortexproject/cortex/cmd/cortex"
