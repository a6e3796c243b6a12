// What the custom resource definitions are copied from; nothing of it is compiled.
module github.com/lifeboat-dev/lifeboat/tests/control-plane/custom-resources

go 1.26.0

require (
	github.com/backube/volsync v0.16.0
	github.com/cloudnative-pg/cloudnative-pg v1.30.0
	github.com/cloudnative-pg/plugin-barman-cloud v0.14.0
)
