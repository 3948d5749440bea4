// Charts that grow while runs go on: what they ask of GET /api/live.

const GATHER = 100; // charts that come into view together are followed together
const ROOM = 7_500; // characters of an address; servers and proxies refuse much longer ones

/** Return the series of the charts in view, each from the point on that the last of them has. */
function inView(board, runs) {
  const least = new Map();
  for (const { run, key, count } of board?.counts() ?? []) {
    if (!least.has(key)) least.set(key, new Map());
    least.get(key).set(run, Math.min(least.get(key).get(run) ?? count, count));
  }
  let room = ROOM - runs.join(",").length;
  const series = [];
  for (const [key, counts] of least) {
    room -= encodeURIComponent(key).length + 5 + 10 * runs.length;
    if (room < 0) break;
    for (const [run, count] of counts) series.push({ run, key, count });
  }
  return series;
}

/** Let `live` watch `runs`, and follow those charts of `board` under `root` that are in view. */
export function followCharts(live, runs, board, root) {
  const follow = () => live.subscribe(runs, inView(board, runs));
  let gathering = 0;
  root?.addEventListener("seen", () => {
    clearTimeout(gathering);
    gathering = setTimeout(follow, GATHER);
  });
  follow();
}
