import { useMemo } from 'preact/hooks';
import type { Layer } from '../drawing/draw-frame.js';
import type { LiveFeed } from '../live/live-feed.js';
import { CameraSwitch } from './camera-switch.js';
import { describeFrame } from './describe-frame.js';
import { Novelty, SteeringChecks } from './doubt-instruments.js';
import { Health, Signs, Stages, SteeringWheel } from './instruments.js';
import { LayerSwitches } from './layer-switches.js';
import { Picture } from './picture.js';
import { Trace } from './trace.js';
import { traceFrame } from './trace-frame.js';

const words = {
  connecting: 'Waiting for the first frame…',
  live: 'Live',
  ended: 'The drive has ended.',
  gone: 'The pipeline has ended.',
} as const;

/** The view of a live run. */
export function LiveView({
  feed,
  cameras,
  shown,
  toggle,
}: {
  feed: LiveFeed;
  /** Cameras of a rig with several. */
  cameras: readonly string[];
  shown: ReadonlySet<Layer>;
  toggle(layer: Layer): void;
}) {
  const camera = feed.camera.value;
  const trace = useMemo(() => new Trace(), [camera]);
  const frame = feed.frame.value;
  const result = frame?.result;
  traceFrame(trace, result);
  const { sourceName = '', camera: lens, mount, mapInput } = feed.run.value;
  const doubt = { result, pointsOf: (id: string) => trace.of(id), nowS: trace.nowS };
  return (
    <>
      <p class="live-state" role="status">
        <b class={feed.state.value}>●</b> {words[feed.state.value]} {sourceName}
      </p>
      <CameraSwitch cameras={cameras} chosen={camera} choose={(name) => feed.watch(name)} />
      <div class="view">
        <div class="main">
          <Picture
            picture={frame?.bitmap}
            result={result}
            truth={undefined}
            camera={lens}
            mount={mount}
            mapInput={mapInput}
            shown={shown}
            caption={undefined}
            description={describeFrame(result)}
          />
          <LayerSwitches shown={shown} toggle={toggle} />
        </div>
        <div class="side">
          <SteeringWheel result={result} angles={trace.of('angle')} nowS={trace.nowS} />
          <SteeringChecks {...doubt} />
          <Novelty {...doubt} />
          <Signs result={result} picture={frame?.bitmap} />
          <Stages result={result} trace={trace} />
          <Health result={result} status={frame?.status} />
        </div>
      </div>
    </>
  );
}
