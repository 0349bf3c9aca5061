// Kills a camera's process at random: no frame may be lost without being counted, and nothing may be left behind.
//
//     npm run drill:camera -- [--kills 50] [--seconds 60] [--program ffmpeg|gst-launch-1.0]
//
// Checks: every frame id is delivered or counted; the first frame arrives within two seconds of the last kill; no process
// is left; the process's memory grows by less than 30 MB. Prints one JSON object; exit code 1 if anything failed.
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import { openFfmpegStream } from '../src/capture/camera-source.js';
import { openGstreamer } from '../src/capture/gstreamer-source.js';
import { frameBytes } from '../src/frame/frame.js';
import { isSourceEnd } from '../src/frame/frame-source.js';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '50' },
    seconds: { type: 'string', default: '60' },
    program: { type: 'string', default: 'ffmpeg' },
  },
});
const kills = Number(values.kills);
const meanMs = (1000 * Number(values.seconds)) / kills;
const source =
  values.program === 'ffmpeg'
    ? await openFfmpegStream(['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=30,realtime'], 'drill')
    : await openGstreamer(
        'videotestsrc is-live=true ! video/x-raw,width=320,height=240,framerate=30/1',
      );
const pixels = new Uint8Array(frameBytes(source.info.layout));

/** Child processes, including zombies. */
function children(): { pid: number; state: string }[] {
  const lines = execFileSync('ps', ['--ppid', `${process.pid}`, '-o', 'pid=,stat=,comm='], {
    encoding: 'utf8',
  }).split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , name]) => name !== undefined && /ffmpeg|gst-launch/.test(name))
    .map(([pid, state]) => ({ pid: Number(pid), state: state! }));
}

let delivered = 0;
let lastId = -1;
let lastTimeNs = -1n;
let killed = 0;
let lost = 0;
let lastSegment: number | undefined = 0;
let killedMs: number | undefined;
const backMs: number[] = [];
const problems: string[] = [];
let firstMb: number | undefined;
let isOver = false;
const killSoon = (): void => {
  setTimeout(
    () => {
      if (killed >= kills) {
        isOver = true;
        return;
      }
      const [child] = children();
      if (child !== undefined) {
        process.kill(child.pid, killed % 4 === 3 ? 'SIGSTOP' : 'SIGKILL');
        killed++;
        // Time of the last kill: a camera that is killed during its restart was not back.
        killedMs = performance.now();
        // A stopped process is also killed, later, so that a stall does not take up the minute.
        if (killed % 4 === 0) setTimeout(() => tryKill(child.pid), meanMs / 4);
      }
      killSoon();
    },
    meanMs * (0.5 + Math.random()),
  );
};
function tryKill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone already.
  }
}
killSoon();
while (!isOver) {
  const result = await source.read(pixels);
  if (isSourceEnd(result)) {
    if (result.kind !== 'lost') problems.push(`the source ${result.kind}`);
    if (result.kind !== 'lost') break;
    lost++;
    continue;
  }
  delivered++;
  if (result.id <= lastId) problems.push(`id ${result.id} after ${lastId}`);
  if (result.sourceTimeNs <= lastTimeNs) problems.push(`time goes back at ${result.id}`);
  lastId = result.id;
  lastTimeNs = result.sourceTimeNs;
  if (killedMs !== undefined && result.segment !== lastSegment) {
    backMs.push(performance.now() - killedMs);
    killedMs = undefined;
  }
  lastSegment = result.segment;
  if (lost === 5) firstMb ??= process.memoryUsage().rss / 1e6;
}
await source.close();
const skipped = Object.values(source.skipped).reduce((sum, count) => sum + count, 0);
if (delivered + skipped !== lastId + 1 && delivered + skipped !== lastId + 2)
  problems.push(`${lastId + 1} ids, ${delivered} delivered, ${skipped} counted`);
const left = children();
if (left.length > 0) problems.push(`processes left: ${JSON.stringify(left)}`);
const grownMb = process.memoryUsage().rss / 1e6 - (firstMb ?? 0);
if (grownMb > 30) problems.push(`memory grew by ${grownMb.toFixed(0)} MB`);
const longestBackMs = Math.round(Math.max(...backMs));
if (longestBackMs > 2000) problems.push(`a first frame after ${longestBackMs} ms`);
const handles = process.getActiveResourcesInfo().filter((name) => /Process|Pipe/.test(name));
console.log(
  JSON.stringify({
    program: values.program,
    killed,
    lost,
    delivered,
    skipped: source.skipped,
    longestBackMs,
    grownMb: Math.round(grownMb),
    handles,
    problems,
  }),
);
process.exit(problems.length === 0 ? 0 : 1);
