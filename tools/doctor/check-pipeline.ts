import { availableParallelism } from 'node:os';
import type { Task } from '../../src/bundle/manifest.js';
import { calibrationSha256 } from '../../src/calibration/camera-info.js';
import { type CameraModel, scaleCamera } from '../../src/calibration/camera-model.js';
import { cameraOf } from '../../src/capture/camera-of.js';
import { hasErrorCode } from '../../src/frame/perception-error.js';
import { cameraConfigs } from '../../src/pipeline/cameras/camera-configs.js';
import type { PipelineConfig } from '../../src/pipeline/pipeline-schema.js';
import { sourceOptionsOf } from '../../src/pipeline/source-options.js';
import { bundleFindings } from './check-bundles.js';
import { checkChoices } from './check-choices.js';
import { checkSource, type SourceFacts } from './check-source.js';
import { amiss, type Finding, fine, reasonOf } from './finding.js';
import { type CameraLoad, type Headroom, headroomFindings, predictHeadroom } from './headroom.js';
import { lanesToMeasure, measureLanes } from './measure-lanes.js';

/** Checks everything that only a pipeline file can require, and predicts its performance on this machine. */
export async function checkPipeline(
  config: PipelineConfig,
): Promise<{ findings: Finding[]; headroom: Headroom }> {
  const cameras = cameraConfigs(config) ?? [{ name: '', config }];
  const eyes = await Promise.all(cameras.map((one) => checkCamera(one.name, one.config)));
  // Times are measured on frames of the first camera.
  const { facts, camera } = eyes[0]!;
  const endpoint = await checkEndpoint(config);
  const { findings: choices, config: chosen } = await checkChoices({
    config,
    frame: facts.layout,
    camera,
  });
  const conditions = { config: chosen, frame: facts.layout, camera };
  const readings = await measureLanes(conditions, await lanesToMeasure(conditions));
  const loads = eyes.map((eye, index): CameraLoad => {
    const { bundles } = cameras[index]!.config;
    return { ...eye.facts, runs: (task) => bundles[task] !== undefined };
  });
  const headroom = predictHeadroom(readings, loads[0]!, availableParallelism(), loads.slice(1));
  const laneNames = readings.map(({ name }) => name);
  const bare = cameras.filter((_, index) => eyes[index]!.camera === undefined);
  const isCalibrated = (task: Task) => !bare.some((one) => one.config.bundles[task] !== undefined);
  return {
    findings: [
      ...eyes.flatMap((eye) => eye.findings),
      ...endpoint,
      ...choices,
      ...bundleFindings(readings, config.allowUncertified, isCalibrated),
      ...headroomFindings(headroom, laneNames),
    ],
    headroom,
  };
}

/**
 * Checks where one camera's frames come from and whether it is calibrated; findings name the camera if there are
 * several.
 */
async function checkCamera(name: string, config: PipelineConfig) {
  const { finding: source, facts } = await checkSource(config.source, sourceOptionsOf(config));
  const { finding: calibration, camera } = await checkCalibration(config, facts);
  const findings = [source, calibration].map((finding) =>
    name === '' ? finding : { ...finding, name: `${finding.name} ${name}` },
  );
  return { findings, facts, camera };
}

async function checkCalibration(
  { calibration, source, topic }: PipelineConfig,
  { layout }: SourceFacts,
): Promise<{ finding: Finding; camera: CameraModel | undefined }> {
  const name = 'calibration';
  try {
    let said = '';
    const note = (text: string) => {
      said = `; ${text}`;
    };
    const calibrated = await cameraOf(calibration, source ?? '', { topic, note });
    if (calibrated === undefined) {
      const found = `none: pixels are taken as they are${said}`;
      return { finding: fine(name, found), camera: undefined };
    }
    const camera = scaleCamera(calibrated, layout.widthPx, layout.heightPx);
    const { kind, widthPx, heightPx } = calibrated;
    const hash = (await calibrationSha256(camera)).slice(0, 8);
    return { finding: fine(name, `${kind} ${widthPx}x${heightPx} (${hash})`, true), camera };
  } catch (error) {
    const action = 'calibrate the camera at its aspect ratio, or set `calibration: none`';
    return { finding: amiss(name, 'failed', reasonOf(error), action, true), camera: undefined };
  }
}

/** Opens the endpoint as a run would, and closes it at once. */
async function checkEndpoint({ publish: { zeromq } }: PipelineConfig): Promise<Finding[]> {
  const name = 'endpoint';
  if (zeromq === undefined) return [fine(name, 'none: nothing is published')];
  const { endpoint, highWaterMark, curve } = zeromq;
  try {
    const { readCurveKeyFile } = await import('../../src/outputs/zeromq/curve-key-file.js');
    const { ZeromqPublisher } = await import('../../src/outputs/zeromq/zeromq-publisher.js');
    const keys = curve === undefined ? {} : { curve: await readCurveKeyFile(curve.keyFile) };
    const publisher = await ZeromqPublisher.bind({ endpoint, highWaterMark, ...keys });
    await publisher.close();
    return [fine(name, `${endpoint} is free${curve === undefined ? '' : ', encrypted'}`, true)];
  } catch (error) {
    const isTaken = hasErrorCode(error) && error.code === 'ERR_PORT_IN_USE';
    const action = isTaken
      ? 'end the process that listens there, or choose another with `--endpoint`'
      : 'correct `publish.zeromq` in the pipeline file';
    return [amiss(name, 'failed', reasonOf(error), action, true)];
  }
}
