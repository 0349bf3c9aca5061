import { Command, Option } from 'commander';
import type { Controller } from '../simulator/driving/loop/controller.js';
import type { Foretelling } from '../simulator/driving/loop/foretelling.js';
import type { LoopResult } from '../simulator/driving/loop/run-loop.js';
import type { SimulatedDrive } from '../simulator/driving/loop/simulated-drive.js';
import { guardOutputs } from '../src/files/output-guard.js';
import type { PerceptionFrame } from '../src/messages/gen/windshield/v1/perception_pb.js';
import { measuredJson } from '../src/text/measured-json.js';
import { columnsTo, textTable } from '../src/text/text-table.js';
import { defaultSteeringPipeline } from './default-pipelines.js';
import { exitCodes } from './exit-codes.js';
import { numberFlag, sizeFlag, usage } from './option-parsers.js';
import { showsProgress } from './progress-line.js';
import type { Terminal } from './terminal.js';
import { untilStopped } from './until-stopped.js';

interface LoopFlags {
  pipeline: string;
  controller: 'network' | 'reference' | 'constant';
  seed: string;
  worlds: string;
  seconds: string;
  rate: string;
  speed: string;
  size: string;
  latencyMs: string;
  disturbance: string;
  weather: 'plain' | 'any';
  track?: string;
  angle: string;
  answerMs: string;
  video?: string;
  foretell?: true;
  json?: true;
}

/** `windshield simulate loop`: lets a controller drive. */
export function loopCommand(): Command {
  return new Command('loop')
    .summary('let the pipeline drive, and count the interventions')
    .description(
      'Closed loop: the pipeline sees each frame and steers the car that the next frame is drawn from, in lock-step.\n' +
        'When a wheel crosses the border of its lane, the car is put back and 6 s pass. Autonomy is the share of the\n' +
        'time without interventions, as DAVE-2 counts it. Exit code 1 when the pipeline stopped answering.\n' +
        'See docs/closed-loop.md.',
    )
    .addOption(
      new Option(
        '--pipeline <pipeline.yaml>',
        'the pipeline file whose steering stage drives',
      ).default(defaultSteeringPipeline, 'pipelines/steering-only.yaml of windshield itself'),
    )
    .addOption(
      new Option(
        '--controller <who>',
        'who drives: the network, a reference that knows the road, or a constant angle',
      )
        .choices(['network', 'reference', 'constant'])
        .default('network'),
    )
    .option('--seed <n>', 'which world', '1')
    .option(
      '--worlds <n>',
      'how many worlds to drive in, one after another, with seeds counting up',
      '1',
    )
    .option('--seconds <s>', 'time in each world, interventions included', '60')
    .option('--rate <Hz>', 'frames per second', '20')
    .option('--speed <m/s>', 'speed of the car', '12')
    .option('--size <WxH>', 'pixels of a frame', '320x180')
    .option('--latency-ms <ms>', 'added between a frame and its command', '0')
    .option('--disturbance <0..5>', 'strength of wind, crown and bumps; 1 is an ordinary road', '1')
    .addOption(
      new Option('--weather <which>', 'light and camera: ordinary, or all there is')
        .choices(['plain', 'any'])
        .default('plain'),
    )
    .option('--track <m>', 'length of the road (default: as long as the time needs)')
    .option('--angle <rad>', 'angle of --controller constant', '0')
    .option(
      '--answer-ms <ms>',
      'after this long without a result, the frame counts as unanswered',
      '15000',
    )
    .option('--video <out.mp4>', 'film what the camera sees, with the lane and the answer drawn in')
    .option(
      '--foretell',
      'print whether disagreement with the road foretold interventions (steeringCheck)',
    )
    .option('--json', 'print one JSON object instead of sentences')
    .action(runLoopCommand);
}

async function runLoopCommand(flags: LoopFlags): Promise<void> {
  const setup = setupOf(flags);
  const worlds = numberFlag('--worlds', flags.worlds, 1, 1000, true);
  const latencyS = numberFlag('--latency-ms', flags.latencyMs, 0, 2000) / 1000;
  const rateHz = numberFlag('--rate', flags.rate, 5, 60);
  const seconds = numberFlag('--seconds', flags.seconds, 1, 7200);
  const { roadNeededM, runLoop } = await import('../simulator/driving/loop/run-loop.js');
  const neededM = roadNeededM(seconds, setup.speedMps);
  const lengthM = flags.track === undefined ? neededM : numberFlag('--track', flags.track, 1, 1e5);
  if (lengthM < neededM)
    throw usage(`expected a track of ${neededM} m or more for ${seconds} s, found ${lengthM} m`);
  if (flags.video !== undefined && worlds > 1)
    throw usage(`--video: expected one world, found ${worlds}`);
  if (flags.video !== undefined)
    guardOutputs(
      [{ option: '--video', path: flags.video, kind: 'film' }],
      [{ role: 'the pipeline file', path: flags.pipeline }],
    );
  const { SimulatedDrive } = await import('../simulator/driving/loop/simulated-drive.js');
  const { LoopVideo } = await import('../simulator/driving/loop/loop-video.js');
  const { ForetellWatch } = await import('../simulator/driving/loop/foretelling.js');
  await untilStopped(async (signal, terminal) => {
    const foretelling = flags.foretell && new ForetellWatch(rateHz);
    const onAnswer = (frame: PerceptionFrame) => foretelling?.answered(frame);
    const show = showsProgress(terminal);
    const results: LoopResult[] = [];
    for (let world = 0; world < worlds && !signal.aborted; world++) {
      const seed = setup.seed + world;
      const drive = await SimulatedDrive.open({ ...setup, seed, lengthM });
      const video =
        flags.video === undefined ? undefined : await LoopVideo.start(flags.video, drive, rateHz);
      let controller: Controller | undefined;
      try {
        controller = await controllerOf(flags, drive, rateHz, terminal, onAnswer);
        const onFrame = async (frame: Parameters<LoopVideoAdd>[0]) => {
          await video?.add(frame);
          foretelling?.drove(frame);
          const details = [`${frame.interventions} interventions`];
          const done = Math.round(world * seconds + frame.elapsedS);
          show({ done, total: worlds * seconds, unit: 's', details });
        };
        const run = { drive, controller, seed, seconds, rateHz, latencyS, signal };
        results.push(await runLoop({ ...run, onFrame }));
        await video?.finish();
      } finally {
        await video?.abort();
        await controller?.close();
      }
      foretelling?.nextDrive();
    }
    report(terminal, flags, results, foretelling?.report);
    return 'what was driven until then is above';
  });
}

type LoopVideoAdd = (frame: import('../simulator/driving/loop/run-loop.js').LoopFrame) => unknown;

function setupOf(flags: LoopFlags) {
  const [widthPx, heightPx] = sizeFlag(flags.size);
  return {
    seed: numberFlag('--seed', flags.seed, 0, 2 ** 32, true),
    speedMps: numberFlag('--speed', flags.speed, 3, 30),
    disturbance: numberFlag('--disturbance', flags.disturbance, 0, 5),
    weather: flags.weather,
    widthPx,
    heightPx,
  };
}

async function controllerOf(
  flags: LoopFlags,
  drive: SimulatedDrive,
  rateHz: number,
  terminal: Terminal,
  onFrame: (frame: PerceptionFrame) => void,
): Promise<Controller> {
  const angleRad = numberFlag('--angle', flags.angle, -0.6, 0.6);
  const timeoutMs = numberFlag('--answer-ms', flags.answerMs, 1, 600_000);
  const controllers = await import('../simulator/driving/loop/controller.js');
  if (flags.controller === 'reference') return controllers.referenceController;
  if (flags.controller === 'constant') return controllers.constantController(angleRad);
  const { loadPipelineFile } = await import('../src/pipeline/pipeline-file.js');
  const config = await loadPipelineFile(flags.pipeline);
  if (flags.foretell && config.steeringCheck === undefined)
    throw usage(`--foretell: expected steeringCheck in ${flags.pipeline}, found none`);
  const { driveMount } = await import('../simulator/datasets/drive.js');
  const { PipelineDriver } = await import('../simulator/driving/loop/pipeline-driver.js');
  const note = (text: string) => terminal.note(text);
  const eye = { camera: drive.camera.model, mount: driveMount(drive.camera.mount) };
  return PipelineDriver.open({ config, ...eye, rateHz, timeoutMs, note, onFrame });
}

function report(
  terminal: Terminal,
  flags: LoopFlags,
  results: readonly LoopResult[],
  foretold: Foretelling | undefined,
): void {
  terminal.clearLive();
  const all = results.length === 1 ? results[0]! : { worlds: results };
  if (flags.json) terminal.print(measuredJson({ ...all, ...(foretold && { foretold }) }));
  else for (const result of results) terminal.print(sentences(result));
  if (foretold !== undefined && !flags.json) terminal.print(foretellingTable(foretold));
  for (const { stopped, unanswered, elapsedS, seed } of results) {
    if (stopped === undefined) continue;
    process.exitCode = exitCodes.failedVerdict;
    const where = results.length === 1 ? '' : `seed ${seed}: `;
    terminal.note(
      `windshield: ${where}expected an answer for every frame, found none for the last of ${unanswered}: the car braked and stands after ${elapsedS.toFixed(1)} s: ${stopped}`,
    );
  }
}

/** `8 of 9 (57–98 %)`: with the 95 % confidence interval, assuming independence. */
function outOf(hits: number, count: number, share95: readonly [number, number]): string {
  if (count === 0) return '0 of 0';
  const [low, high] = share95.map((share) => Math.round(100 * share));
  return `${hits} of ${count} (${low}–${high} %)`;
}

function foretellingTable({ beforeS, framesBefore, seen, rows }: Foretelling): string {
  const share = (value: number | undefined) =>
    value === undefined ? '' : `${(100 * value).toFixed(1)} %`;
  const head = ['against', 'from m', 'foretold', 'before s', 'false alarms', 'frames', 'right'];
  const lines = rows.map((row) => [
    row.against,
    row.thresholdM.toFixed(2),
    outOf(row.hits, row.interventions, row.hitShare95),
    row.medianLeadS?.toFixed(1) ?? '',
    outOf(row.falseAlarms, row.alarms, row.falseAlarmShare95),
    share(row.framesAbove),
    share(row.framesRight),
  ]);
  const words = `an intervention follows ${share(framesBefore)} of the frames within ${beforeS} s; the lane is seen on ${share(seen.lane)}, the free space on ${share(seen['free space'])}`;
  return `${words}\n${textTable([head, ...lines], { numbers: columnsTo(6) })}`;
}

function sentences(result: LoopResult): string {
  const { autonomy, interventions, elapsedS, unanswered, seed, controller } = result;
  return [
    `${controller}, seed ${seed}: autonomy ${autonomy.toFixed(2)} %, ${interventions} interventions in ${elapsedS.toFixed(1)} s, ${result.drivenM.toFixed(0)} m`,
    `offset ${result.meanOffsetM.toFixed(3)} m mean, ${result.p95OffsetM.toFixed(3)} m p95; heading error ${result.meanHeadingErrorRad.toFixed(4)} rad; jerk ${result.jerkP95.toFixed(2)} m/s³ p95; ${unanswered} frames without an answer`,
  ].join('\n');
}
