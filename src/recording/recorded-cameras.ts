import { PerceptionError } from '../frame/perception-error.js';
import type { RecordingMap } from './recording-piece.js';

/** `/front/perception`: what stands of one camera in a recording of several. */
const ofCamera = /^\/([a-z][a-z0-9_-]{0,31})\/(.+)$/;

/** Behind the path of a recording, which of its cameras is meant: `drive.mcap#front`. */
const chosenCamera = /^(.+\.mcap)#([a-z][a-z0-9_-]{0,31})$/i;

/** A topic's (or metadata's) name as it is where there is one camera. */
export function withoutCamera(name: string): string {
  return ofCamera.exec(name)?.[2] ?? name;
}

const cameraTopics = ['perception', 'camera/image', 'camera/video'];

/** The cameras of a recording of results, by the names of its topics: those that `windshield` wrote of several cameras. */
export function camerasIn(topics: readonly string[]): string[] {
  const names = topics.flatMap((topic) => {
    const [, camera = '', rest] = ofCamera.exec(topic) ?? [];
    return cameraTopics.includes(rest ?? '') ? [camera] : [];
  });
  return [...new Set(names)];
}

/** A name as one camera's alone: undefined for those of the others. What is of no camera stays as it is. */
function seenFrom(camera: string, name: string): string | undefined {
  const [, owner, rest] = ofCamera.exec(name) ?? [];
  if (owner === undefined) return name;
  return owner === camera ? rest : undefined;
}

/** A recording's path, and the camera that is chosen behind it. */
export function chosenCameraOf(location: string): { path: string; camera: string | undefined } {
  const [, path, camera] = chosenCamera.exec(location) ?? [];
  return path === undefined ? { path: location, camera: undefined } : { path, camera };
}

/** The map of a recording with one camera's channels and metadata alone, under the names that they have where it is the only one. Throws ERR_RECORDING. */
export function seenFromCamera(map: RecordingMap, camera: string, path: string): RecordingMap {
  const topics = [...map.channels.values()].map(({ topic }) => topic);
  const cameras = camerasIn(topics);
  if (!cameras.includes(camera))
    throw new PerceptionError(
      'ERR_RECORDING',
      `expected a camera ${camera} in ${path}, found ${cameras.length === 0 ? 'a recording of one camera' : cameras.join(', ')}`,
    );
  const channels = new Map(
    [...map.channels].flatMap(([id, channel]) => {
      const topic = seenFrom(camera, channel.topic);
      return topic === undefined ? [] : [[id, { ...channel, topic }] as const];
    }),
  );
  const metadata = new Map(
    [...map.metadata].flatMap(([name, entries]) => {
      const own = seenFrom(camera, name);
      return own === undefined ? [] : [[own, entries] as const];
    }),
  );
  return { ...map, channels, metadata };
}
