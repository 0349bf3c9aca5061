import type { Layer } from '../drawing/draw-frame.js';
import type { ExplainState } from '../explain/explain-state.js';
import { doubtInWords, doubtOf } from '../player/doubt-curves.js';
import { type Player, speeds } from '../player/player.js';
import { Timeline } from '../player/timeline.js';
import type { Lane } from '../player/timeline-builder.js';
import { type RerunState, whoseNames } from '../rerun/rerun-state.js';
import { CameraSwitch } from './camera-switch.js';
import { describeFrame } from './describe-frame.js';
import { Novelty, SteeringChecks } from './doubt-instruments.js';
import { ExplainPanel } from './explain-panel.js';
import { Icon } from './icon.js';
import { Health, Signs, Stages, SteeringWheel } from './instruments.js';
import { LayerSwitches } from './layer-switches.js';
import { Picture } from './picture.js';
import { RerunPanel } from './rerun-panel.js';
import { tellShown } from './shown-result.js';
import { lastSeconds } from './trace.js';

interface PlayerViewProps {
  player: Player;
  rerun: RerunState;
  explain: ExplainState;
  shown: ReadonlySet<Layer>;
  toggle(layer: Layer): void;
}

/** A recorded drive: picture, instruments, transport, timeline. */
export function PlayerView({ player, rerun, explain, shown, toggle }: PlayerViewProps) {
  const info = player.info.value;
  if (info === undefined) return <Welcome player={player} />;
  const frame = player.frame.value;
  const [left, right] = [rerun.left.value, rerun.right.value];
  const result = rerun.resultOf(left, frame);
  tellShown(result);
  const durationS = Number(info.endNs - info.startNs) / 1e9;
  const nowS = frame === undefined ? 0 : Number(frame.stampNs - info.startNs) / 1e9;
  const seekTo = (seconds: number) =>
    void player.seek(info.startNs + BigInt(Math.round(Math.max(0, seconds) * 1e9)));
  const scene = {
    picture: frame?.bitmap,
    truth: frame?.truth,
    camera: info.camera,
    mount: info.mount,
    shown,
  };
  const lanes = allLanes(player, rerun, info.startNs);
  const words = frame && rerun.differences.value.get(frame.stampNs);
  const pointsOf = (id: string) => {
    const shownId = left === 'recorded' ? id : hereId(id, info.hasResults);
    return lastSeconds(lanes.find((lane) => lane.id === shownId)?.points ?? [], nowS);
  };
  return (
    <div class={right === undefined ? 'view' : 'view wide'}>
      <div class="main">
        <div class={right === undefined ? 'stage' : 'stage two'}>
          <Picture
            {...scene}
            result={result}
            mapInput={rerun.mapInputOf(left)}
            heat={explain.explainedOf(frame)?.heat}
            onPoint={
              explain.task.value === 'segmentation'
                ? (pointPx) => void explain.ask('segmentation', undefined, pointPx)
                : undefined
            }
            caption={right && whoseNames[left]}
            description={describeFrame(result)}
          />
          {right !== undefined && (
            <Picture
              {...scene}
              result={rerun.resultOf(right, frame)}
              mapInput={rerun.mapInputOf(right)}
              caption={whoseNames[right]}
              description={describeFrame(rerun.resultOf(right, frame))}
            />
          )}
        </div>
        {right !== undefined && (
          <p class={words ? 'verdict alert' : 'verdict'} role="status">
            {words ?? 'no difference on this frame'}
          </p>
        )}
        <Transport
          player={player}
          durationS={durationS}
          nowS={nowS}
          said={result === undefined ? [] : doubtOf(result).map(doubtInWords)}
          seekTo={seekTo}
        />
        <CameraSwitch
          cameras={info.cameras}
          chosen={info.cameraName}
          choose={(name) => void player.chooseCamera(name)}
        />
        <LayerSwitches shown={shown} toggle={toggle} />
        <section class="card" aria-label="Timeline">
          <h2>
            Timeline
            {player.scan.value.share < 1 && (
              <small> · {Math.round(player.scan.value.share * 100)} % read</small>
            )}
          </h2>
          <Timeline lanes={lanes} durationS={durationS} nowS={nowS} seekTo={seekTo} />
          <EventList lanes={lanes} nowS={nowS} seekTo={seekTo} />
        </section>
        <div class="cards">
          <RerunPanel rerun={rerun} />
          <ExplainPanel explain={explain} frame={frame} />
          <FileFacts player={player} />
        </div>
      </div>
      <div class="side">
        <SteeringWheel result={result} angles={pointsOf('steering')} nowS={nowS} />
        <SteeringChecks result={result} pointsOf={pointsOf} nowS={nowS} />
        <Novelty result={result} pointsOf={pointsOf} nowS={nowS} />
        <Signs result={result} picture={frame?.bitmap} />
        <Stages result={result} />
        <Health result={result} />
      </div>
    </div>
  );
}

/** Id of a lane of results from this browser: a different one if the file has its own results. */
const hereId = (id: string, hasRecorded: boolean) => (hasRecorded ? `here ${id}` : id);

function allLanes(player: Player, rerun: RerunState, startNs: bigint): Lane[] {
  const recorded = player.scan.value.lanes;
  const hasRecorded = player.info.value?.hasResults === true;
  const here = rerun.isOn.value
    ? rerun.lanes.value.map((lane) =>
        hasRecorded
          ? { ...lane, id: hereId(lane.id, hasRecorded), label: `${lane.label} here` }
          : lane,
      )
    : [];
  const marks = [...rerun.differences.value].map(([stampNs, label]) => {
    const atS = Number(stampNs - startNs) / 1e9;
    return { startS: atS, endS: atS, label };
  });
  const differences: Lane[] =
    marks.length === 0
      ? []
      : [{ id: 'differences', label: 'Differences', kind: 'marks', spans: marks, points: [] }];
  return [...differences, ...recorded, ...here];
}

function Transport({
  player,
  durationS,
  nowS,
  said,
  seekTo,
}: {
  player: Player;
  durationS: number;
  nowS: number;
  /** Values of the timeline's curves at the frame shown, in words. */
  said: readonly string[];
  seekTo(seconds: number): void;
}) {
  const isPlaying = player.isPlaying.value;
  return (
    <fieldset class="transport" aria-label="Playing">
      <button type="button" onClick={() => void player.step(-1)} aria-label="One frame back">
        <Icon shape="back" />
      </button>
      <button
        type="button"
        class="play"
        onClick={() => player.toggle()}
        aria-label={isPlaying ? 'Pause' : 'Play'}
      >
        <Icon shape={isPlaying ? 'pause' : 'play'} />
      </button>
      <button type="button" onClick={() => void player.step(1)} aria-label="One frame on">
        <Icon shape="on" />
      </button>
      <input
        type="range"
        class="seek"
        aria-label="Place in the drive"
        aria-valuetext={[`${nowS.toFixed(2)} of ${durationS.toFixed(2)} seconds`, ...said].join(
          ', ',
        )}
        min={0}
        max={durationS}
        step="any"
        value={nowS}
        onInput={(event) => seekTo(Number(event.currentTarget.value))}
      />
      <output class="time">
        {nowS.toFixed(2)} / {durationS.toFixed(2)} s
      </output>
      {player.skipped.value > 0 && (
        <span class="quiet" role="status">
          {player.skipped.value} frames passed over, to keep the pace
        </span>
      )}
      <label>
        <span class="hidden">Speed</span>
        <select
          aria-label="Speed"
          value={player.speed.value}
          onChange={(event) => {
            player.speed.value = Number(event.currentTarget.value);
          }}
        >
          {speeds.map((speed) => (
            <option key={speed} value={speed}>
              {speed}×
            </option>
          ))}
        </select>
      </label>
    </fieldset>
  );
}

const shownEvents = 300;

/** The marks and bars of the timeline as a list, for keyboards and screen readers. */
function EventList({
  lanes,
  nowS,
  seekTo,
}: {
  lanes: readonly Lane[];
  nowS: number;
  seekTo(seconds: number): void;
}) {
  const events = lanes
    .filter(({ id, kind }) => kind !== 'line' && id !== 'truth' && !id.startsWith('topic '))
    .flatMap(({ label, spans }) => spans.map((span) => ({ lane: label, ...span })))
    .sort((a, b) => a.startS - b.startS);
  if (events.length === 0) return null;
  const isLong = events.length > shownEvents;
  const next = events.findIndex(({ startS }) => startS >= nowS);
  const start = isLong
    ? Math.max(0, Math.min(next < 0 ? events.length : next, events.length - 1))
    : 0;
  return (
    <details class="events">
      <summary>Events ({events.length})</summary>
      <ol start={start + 1}>
        {events.slice(start, start + shownEvents).map((event) => (
          <li key={`${event.lane} ${event.label} ${event.startS}`}>
            <button type="button" onClick={() => seekTo(event.startS)}>
              {event.startS.toFixed(2)} s · {event.lane}: {event.label}
            </button>
          </li>
        ))}
      </ol>
      {isLong && <p class="quiet">{shownEvents} from the frame shown on are listed.</p>}
    </details>
  );
}

function FileFacts({ player }: { player: Player }) {
  const info = player.info.value!;
  const { damaged } = player.scan.value;
  return (
    <section class="card" aria-label="Recording">
      <h2>Recording</h2>
      <p>{info.names.join(', ')}</p>
      {info.remarks.map((remark) => (
        <p class="alert" key={remark}>
          {remark}
        </p>
      ))}
      {damaged > 0 && <p class="alert">{damaged} damaged parts were passed over</p>}
      <dl class="facts">
        <dt>Frames</dt>
        <dd>{info.frameCount}</dd>
        <dt>Camera</dt>
        <dd>{info.camera?.kind ?? 'not calibrated'}</dd>
        {info.topics.map(({ topic, messageCount }) => (
          <>
            <dt>{topic}</dt>
            <dd>{messageCount}</dd>
          </>
        ))}
      </dl>
      {!info.hasResults && (
        <p class="quiet">
          There are no results in it: run the networks here, or drop a file of results with it.
        </p>
      )}
    </section>
  );
}

function Welcome({ player }: { player: Player }) {
  return (
    <div class="welcome">
      <h2>Drop a recording here</h2>
      <p>
        An MCAP file, or the pictures of a drive and its results together. It is read in this
        browser; nothing leaves the machine.
      </p>
      {player.isOpening.value && <p role="status">Opening…</p>}
    </div>
  );
}
