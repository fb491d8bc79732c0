// Package autobahn lets who used the Autobahn test suite go on as before: it reads
// its spec files, speaks the protocol of its fuzzing server and writes reports in the
// form of its index.json, with the cases and verdicts of package conform.
//
// # The protocol
//
// A client that is tested opens WebSockets to one server after the other:
//
//	/getCaseCount                   gets a text: how many cases there are
//	/getCaseInfo?case=N             gets a text: {"id": "1.1.1", "description": "..."}
//	/runCase?case=N&agent=A         and sends back every message until it is closed
//	/getCaseStatus?case=N&agent=A   gets a text: {"behavior": "OK"}
//	/updateReports?agent=A          and the reports are written
//
// N counts from 1 in the order of the numbers; casetuple=1.1.1 says the same.
//
// # Verdicts
//
// A pass is OK, strict-only NON-STRICT, a failure FAILED, what was skipped
// UNIMPLEMENTED. The cases of theirs that only inform are INFORMATIONAL unless they
// fail.
package autobahn
