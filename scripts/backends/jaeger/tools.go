//go:build tools

// Package tools keeps the module that is built among the requirements.
package tools

import _ "github.com/jaegertracing/jaeger/cmd/jaeger"
