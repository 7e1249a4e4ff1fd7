# What a plan of this team may not do, for OPA or conftest:
#
#   reconciler show crm.plan.json -format=json > plan.json
#   conftest test plan.json --policy policy
package main

import rego.v1

deny contains message if {
	some change in input.resource_changes
	"delete" in change.change.actions
	message := sprintf("%s would be destroyed", [change.address])
}

deny contains message if {
	some change in input.resource_changes
	endpoint := change.change.after.auth.params.endpoint
	not endswith(host(endpoint), ".eu")
	message := sprintf("%s would leave the EU: %s", [change.address, endpoint])
}

deny contains message if {
	some drift in input.resource_drift
	message := sprintf("%s was changed by hand: look at that first", [drift.address])
}

# An endpoint is a host, with or without a scheme before it and a path behind it.
host(endpoint) := split(trim_prefix(lower(endpoint), "https://"), "/")[0]
