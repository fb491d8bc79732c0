# Compares two outputs of "go test -bench": awk -f benchstat.awk old.txt new.txt
#
# For each benchmark in both: the medians of the runs, old and new, and the change
# in per cent, or "~" where the runs scatter so far that their ranges overlap.

function add(key, value,    i) { # into the sorted runs of key
	for (i = count[key]++; i > 0 && runs[key, i - 1] > value; i--) runs[key, i] = runs[key, i - 1]
	runs[key, i] = value
}

function median(key,    n) {
	n = count[key]
	return n % 2 ? runs[key, (n - 1) / 2] : (runs[key, n / 2 - 1] + runs[key, n / 2]) / 2
}

function change(old, new) {
	if (median(old) == median(new)) return "="
	if (runs[old, 0] <= runs[new, count[new] - 1] && runs[new, 0] <= runs[old, count[old] - 1]) return "~"
	return median(old) == 0 ? "from 0" : sprintf("%+.1f%%", (median(new) / median(old) - 1) * 100)
}

FNR == 1 { file++ }

$1 == "pkg:" { package = $2 }

/^Benchmark/ {
	name = package " " $1
	for (i = 3; i < NF; i += 2) {
		add(file SUBSEP name SUBSEP $(i + 1), $i)
		if (file == 2 && !((name, $(i + 1)) in seen)) {
			seen[name, $(i + 1)] = 1
			names[++total] = name
			units[total] = $(i + 1)
		}
	}
}

END {
	printf "%-72s %14s %14s %8s\n", "", "old", "new", ""
	for (i = 1; i <= total; i++) {
		old = 1 SUBSEP names[i] SUBSEP units[i]
		new = 2 SUBSEP names[i] SUBSEP units[i]
		if (!(old in count)) continue
		compared++
		printf "%-60s %-11s %14.6g %14.6g %8s\n", names[i], units[i], median(old), median(new), change(old, new)
	}
	if (!compared) {
		print "no benchmark is in both"
		exit 1
	}
}
