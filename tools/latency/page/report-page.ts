import { htmlPage, svgDefinitions } from '../../page/html-page.js';
import { pageStyle } from '../../page/page-style.js';
import { escaped, shownMs } from '../../page/svg.js';
import type { Spread } from '../../statistics/percentiles.js';
import { absenceNote, factLines, lossNotes } from '../format-report.js';
import { didInfer, type FrameTiming } from '../frame-timing.js';
import { frameAtShare, type LatencyReport } from '../latency-report.js';
import { compactFrames, thinFrames } from './compact-frames.js';
import { driveSvg } from './drive-svg.js';
import { framesBar } from './frames-bar.js';
import { histogramSvg } from './histogram-svg.js';
import { type StagePlace, timelineSvg } from './timeline-svg.js';

/** Maximum number of frames in the page: more make it slow to open, and no screen has room for them. */
const mostFrames = 6000;

/** One self-contained HTML document; `script` is the bundled page-script. `frames` must not be empty. */
export function reportPage(
  report: LatencyReport,
  frames: readonly FrameTiming[],
  script: string,
): string {
  const named = namedFrames(frames);
  const { median, slowest } = named;
  const shown = thinFrames(frames, mostFrames, Object.values(named));
  const places = stagePlaces(report, frames);
  const title = `Latency of ${report.recording.path.split('/').at(-1)}`;
  return htmlPage({
    title,
    subtitle: subtitle(report),
    style: pageStyle,
    before: svgDefinitions(
      '<pattern id="waiting" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path d="M1 0V5" stroke-width="2"/></pattern>',
    ),
    body: `${lossNotes(report)
      .map((note) => `<p class="warning">${escaped(note)}</p>`)
      .join('\n')}
${tiles(report)}
<section>
<h2>Where every frame went</h2>
${framesBar(report.frames)}
</section>
<section>
<h2>Over the drive</h2>
<p class="muted">Glass to result of each published frame, milliseconds, by the time of its capture; below, where frames were lost${Object.keys(report.modes).length > 0 ? ', and where stages were held back' : ''}.${shown.length < frames.length ? ` ${shown.length} of ${frames.length} frames are drawn: of each few neighbours the slowest and a typical one.` : ''} Click to see a frame below.</p>
<div class="wide" id="drive" data-length-ms="${frames.at(-1)!.captureMs}">${driveSvg(frames, shown, report.deadline?.ms)}</div>
</section>
<section>
<h2>The life of one frame</h2>
${key()}
${controls(named, shown)}
<h3 id="chosen-caption">median: frame ${median.frameId}, ${shownMs(median.publishMs)}</h3>
<div class="wide" id="chosen">${timelineSvg(median, places)}</div>
<h3 style="margin-top:18px">slowest: frame ${slowest.frameId}, ${shownMs(slowest.publishMs)}</h3>
<div class="wide" id="slowest">${timelineSvg(slowest, places)}</div>
</section>
<section>
<h2>How long it took</h2>
${histograms(report, frames, places)}
</section>
<section>
<h2>All numbers</h2>
<div class="wide">${numbers(report)}</div>
<dl class="facts">${factLines(report)
      .map(([name, text]) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`)
      .join('')}</dl>
<p class="muted" style="margin-top:12px">Milliseconds. Percentiles are nearest-rank over all frames: a value that occurred. Glass to result runs from capture (of a recorded frame: the moment it was due) to the moment the result is fused and leaves. Queueing is from dispatch to start, behind the lane's other stages too. Parts of a stage count only frames on which its network ran.</p>
</section>`,
    after: `<script type="application/json" id="frames">${JSON.stringify(compactFrames(shown)).replaceAll('<', '\\u003c')}</script>
<script type="application/json" id="places">${JSON.stringify(places).replaceAll('<', '\\u003c')}</script>
<script>${script.replaceAll('</script', '<\\/script')}</script>
`,
  });
}

function subtitle({ recording, frames }: LatencyReport): string {
  const source = recording.source === '' ? '' : `, of ${recording.source}`;
  const pacing = recording.pacing === '' ? '' : `, ${recording.pacing}`;
  return `${frames.published} result${frames.published === 1 ? '' : 's'}${source}${pacing}`;
}

/**
 * Stages in the order in which they begin in their lane, lanes in the order in which they are dispatched, taken from
 * the frames that most stages answered; a stage that never answered has no lane.
 */
function stagePlaces(report: LatencyReport, frames: readonly FrameTiming[]): StagePlace[] {
  const begun = new Map<string, string>();
  const telling = frames.toSorted((a, b) => b.stages.length - a.stages.length);
  for (const { stages } of telling)
    for (const { stage, lane } of stages.toSorted((a, b) => a.dispatchMs - b.dispatchMs))
      if (!begun.has(stage)) begun.set(stage, lane);
  const lanes = [...new Set(begun.values())];
  const silent = Object.keys(report.stages).filter((stage) => !begun.has(stage));
  return [
    ...lanes.flatMap((lane) => [...begun].filter(([, of]) => of === lane)),
    ...silent.map((stage) => [stage, ''] as const),
  ];
}

function tiles({ glassToResultMs, frames, deadline, publish }: LatencyReport): string {
  const tile = (name: string, value: string, isBad = false) =>
    `<div${isBad ? ' class="bad"' : ''}><span>${escaped(name)}</span><b>${escaped(value)}</b></div>`;
  const { p50, p95, p99, max } = glassToResultMs;
  return `<div class="tiles">${[
    tile('glass to result p50', shownMs(p50)),
    tile('p95', shownMs(p95)),
    tile('p99', shownMs(p99)),
    tile('max', shownMs(max)),
    tile('published', publish.rateHz > 0 ? `${publish.rateHz.toFixed(1)} fps` : '–'),
    tile(`dropped of ${frames.in}`, `${frames.dropped}`, frames.dropped > 0),
    ...(deadline === null
      ? []
      : [
          tile(
            `later than ${deadline.ms} ms`,
            `${(deadline.share * 100).toFixed(1)} %`,
            deadline.misses > 0,
          ),
        ]),
  ].join('')}</div>`;
}

function key(): string {
  const kinds = [
    ['queue', 'queueing'],
    ['preprocess', 'preprocess'],
    ['inference', 'inference'],
    ['decode', 'decode'],
    ['capture', 'capture; wait for older frames and the main thread'],
  ];
  return `<ul class="key">${kinds
    .map(
      ([kind, words]) =>
        `<li><svg viewBox="0 0 12 12" aria-hidden="true"><rect class="${kind}" width="12" height="12"/></svg>${words}</li>`,
    )
    .join('')}</ul>`;
}

/** Frames that have a button. */
const namedFrames = (frames: readonly FrameTiming[]) => ({
  median: frameAtShare(frames, 0.5),
  p95: frameAtShare(frames, 0.95),
  p99: frameAtShare(frames, 0.99),
  slowest: frameAtShare(frames, 1),
});

/** Each button has its frame's place among those of the page: ids start again with each life of a supervised run. */
function controls(named: ReturnType<typeof namedFrames>, shown: readonly FrameTiming[]): string {
  const buttons = Object.entries(named).map(
    ([name, frame]) =>
      `<button type="button" data-frame="${shown.indexOf(frame)}">${name}</button>`,
  );
  return `<div id="controls" hidden>${buttons.join('')}
<label>frame <input type="number" id="frame-number" value="${named.median.frameId}" min="0"></label>
<button type="button" data-step="-1">previous</button><button type="button" data-step="1">next</button>
<label><input type="checkbox" id="same-scale"> scale of the slowest</label></div>`;
}

function histograms(
  report: LatencyReport,
  frames: readonly FrameTiming[],
  places: readonly StagePlace[],
): string {
  const lanes = [...new Set(places.map(([, lane]) => lane))];
  const large = histogramSvg(
    frames.map(({ publishMs }) => publishMs),
    {
      title: 'glass to result',
      widthPx: 960,
      heightPx: 200,
      deadlineMs: report.deadline?.ms,
    },
  );
  const stages = Object.entries(report.stages).map(([stage, { totalMs, lane }]) => {
    const values = frames.flatMap((frame) =>
      frame.stages
        .filter((span) => span.stage === stage && didInfer(span))
        .map(({ startMs, endMs }) => endMs - startMs),
    );
    const body =
      totalMs.count === 0
        ? '<p class="muted">Its network ran on no published frame.</p>'
        : histogramSvg(values, { title: stage, widthPx: 440, heightPx: 150 });
    const where = lane === '' ? '' : ` <span class="muted">lane ${lanes.indexOf(lane) + 1}</span>`;
    return `<figure><h3>${escaped(stage)}${where}</h3>${body}</figure>`;
  });
  return `<figure><h3>glass to result</h3><div class="wide">${large}</div></figure>
<div class="small">${stages.join('\n')}</div>`;
}

function numbers(report: LatencyReport): string {
  const row = (kind: 'whole' | 'part', name: string, spread: Spread, note = '') => {
    const cells = (['p50', 'p95', 'p99', 'max'] as const).map(
      (column) => `<td>${spread.count === 0 ? '–' : spread[column].toFixed(2)}</td>`,
    );
    return `<tr class="${kind}"><td>${escaped(name)}</td><td>${spread.count}</td>${cells.join('')}<td class="muted">${escaped(note)}</td></tr>`;
  };
  const stages = Object.entries(report.stages).flatMap(([name, stage]) => {
    return [
      row('whole', name, stage.totalMs, absenceNote(stage)),
      row('part', 'queueing', stage.queueMs),
      row('part', 'preprocess', stage.preprocessMs),
      row('part', 'inference', stage.inferenceMs, stage.provider && `on ${stage.provider}`),
      row('part', 'decode', stage.decodeMs),
      row('part', 'since capture', stage.sinceCaptureMs),
    ];
  });
  return `<table><thead><tr><th></th><th>frames</th><th>p50</th><th>p95</th><th>p99</th><th>max</th><th></th></tr></thead><tbody>${[
    row('whole', 'glass to result', report.glassToResultMs),
    row('part', 'capture to arrival', report.captureToArrivalMs),
    row('part', 'last answer to publish', report.answerToPublishMs),
    ...stages,
    row('whole', 'publish interval', report.publish.intervalMs),
    row('part', 'jitter', report.publish.jitterMs),
  ].join('')}</tbody></table>`;
}
