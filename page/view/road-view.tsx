import { useSignal } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { Driver, HeldKeys, RoadState } from '../../src/outputs/page/road-protocol.js';
import type { Layer } from '../drawing/draw-frame.js';
import type { RoadFeed } from '../road/road-feed.js';
import { describeFrame } from './describe-frame.js';
import { Health, Signs, Stages, SteeringWheel } from './instruments.js';
import { LayerSwitches } from './layer-switches.js';
import { Picture } from './picture.js';
import { Trace } from './trace.js';
import { traceFrame } from './trace-frame.js';

const driverNames: Readonly<Record<Driver, string>> = {
  keyboard: 'I drive',
  network: 'The network drives',
  reference: 'The reference drives',
};

/** Keys that steer, by their name in events. */
const steeringKeys: Readonly<Record<string, keyof HeldKeys>> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'faster',
  ArrowDown: 'slower',
};

/** A road that is rendered while the user, the network or the reference drives. */
export function RoadView({
  feed,
  shown,
  toggle,
}: {
  feed: RoadFeed;
  shown: ReadonlySet<Layer>;
  toggle(layer: Layer): void;
}) {
  const trace = useMemo(() => new Trace(), []);
  useEffect(() => feed.look(), []);
  useEffect(() => holdKeys(feed), []);
  const frame = feed.frame.value;
  const result = frame?.result;
  const state = frame?.state;
  traceFrame(trace, result);
  const problem = feed.error.value || state?.problem;
  return (
    <div class="view">
      <div class="main">
        <Picture
          picture={frame?.bitmap}
          result={result}
          truth={frame?.truth}
          camera={state?.camera}
          mount={state?.mount}
          mapInput={feed.mapInput.value}
          laneBordersPx={state?.laneBordersPx}
          shown={shown}
          caption={undefined}
          description={result ? describeFrame(result) : 'The road is not there yet'}
        />
        {problem && (
          <p class="error" role="alert">
            {problem}
          </p>
        )}
        <fieldset class="drivers" aria-label="Who drives">
          {(Object.entries(driverNames) as [Driver, string][]).map(([driver, name]) => (
            <button
              key={driver}
              type="button"
              aria-pressed={state?.driver === driver}
              onClick={() => void feed.send({ driver })}
            >
              {name}
            </button>
          ))}
          <SeedForm feed={feed} seed={state?.seed} />
        </fieldset>
        <LayerSwitches shown={shown} toggle={toggle} />
        {state?.driver === 'keyboard' && <Pedals feed={feed} />}
      </div>
      <div class="side">
        <DriveNumbers state={state} />
        <SteeringWheel result={result} angles={trace.of('angle')} nowS={trace.nowS} />
        {state?.driver === 'network' && (
          <>
            <Signs result={result} picture={frame?.bitmap} />
            <Stages result={result} trace={trace} />
            <Health result={result} />
          </>
        )}
      </div>
    </div>
  );
}

function DriveNumbers({ state }: { state: RoadState | undefined }) {
  const numbers: [string, string][] = state
    ? [
        ['Autonomy', `${state.autonomy.toFixed(1)} %`],
        ['Interventions', String(state.interventions)],
        ['Offset in the lane', `${state.offsetM.toFixed(2)} m`],
        ['Speed', `${(state.speedMps * 3.6).toFixed(0)} km/h`],
        ['Time', `${state.elapsedS.toFixed(0)} s`],
        ['World', String(state.seed)],
      ]
    : [];
  return (
    <section class="card" aria-label="The drive">
      <h2>The drive</h2>
      <dl class="facts numbers">
        {numbers.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      <p class="quiet">
        When a wheel crosses a border of its lane, the car is put back onto the lane’s centre. That
        is an intervention.
      </p>
    </section>
  );
}

function SeedForm({ feed, seed }: { feed: RoadFeed; seed: number | undefined }) {
  const wanted = useSignal('');
  return (
    <form
      class="seed"
      onSubmit={(event) => {
        event.preventDefault();
        const next = wanted.value === '' ? (seed ?? 0) + 1 : Number(wanted.value);
        wanted.value = '';
        void feed.send({ seed: next });
      }}
    >
      <label>
        World{' '}
        <input
          type="number"
          min={0}
          max={2 ** 32}
          step={1}
          placeholder={seed === undefined ? '' : String(seed + 1)}
          value={wanted.value}
          onInput={(event) => {
            wanted.value = event.currentTarget.value;
          }}
        />
      </label>
      <button type="submit">Go there</button>
    </form>
  );
}

const pedals: readonly (readonly [keyof HeldKeys, string, string])[] = [
  ['left', '←', 'Steer left'],
  ['slower', '↓', 'Slower'],
  ['faster', '↑', 'Faster'],
  ['right', '→', 'Steer right'],
];

/** The arrow keys for touch. */
function Pedals({ feed }: { feed: RoadFeed }) {
  return (
    <fieldset class="pedals" aria-label="Wheel and pedals">
      {pedals.map(([key, sign, name]) => {
        const hold = (isHeld: boolean) => () => feed.hold(key, isHeld);
        return (
          <button
            key={key}
            type="button"
            aria-label={name}
            aria-pressed={feed.held.value[key]}
            onPointerDown={hold(true)}
            onPointerUp={hold(false)}
            onPointerLeave={hold(false)}
            onPointerCancel={hold(false)}
            onKeyDown={(event) => {
              if (event.key === ' ' || event.key === 'Enter') feed.hold(key, true);
            }}
            onKeyUp={(event) => {
              if (event.key === ' ' || event.key === 'Enter') feed.hold(key, false);
            }}
            onBlur={hold(false)}
          >
            {sign}
          </button>
        );
      })}
      <span class="quiet">The arrow keys do the same.</span>
    </fieldset>
  );
}

/** Lets arrow keys steer while the view is open. */
function holdKeys(feed: RoadFeed): () => void {
  const onKey = (isHeld: boolean) => (event: KeyboardEvent) => {
    const key = steeringKeys[event.key];
    const isTyping = event.target instanceof HTMLInputElement && event.target.type === 'number';
    if (key === undefined || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    feed.hold(key, isHeld);
  };
  const [onDown, onUp] = [onKey(true), onKey(false)];
  const onBlur = () => feed.release();
  addEventListener('keydown', onDown);
  addEventListener('keyup', onUp);
  addEventListener('blur', onBlur);
  return () => {
    removeEventListener('keydown', onDown);
    removeEventListener('keyup', onUp);
    removeEventListener('blur', onBlur);
  };
}
