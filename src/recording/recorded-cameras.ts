/** `/front/perception`: what stands of one camera in a recording of several. */
const ofCamera = /^\/([a-z][a-z0-9_-]{0,31})\/(.+)$/;

/** Behind the path of a recording, which of its cameras is meant: `drive.mcap#front`. */
const chosenCamera = /^(.+\.mcap)#([a-z][a-z0-9_-]{0,31})$/i;

/** A topic's (or metadata's) name as it is where there is one camera. */
export function withoutCamera(name: string): string {
  return ofCamera.exec(name)?.[2] ?? name;
}

/** The cameras of a recording of results, by the names of its topics: those that `windshield` wrote of several cameras. */
export function camerasIn(topics: readonly string[]): string[] {
  const names = topics.flatMap((topic) => {
    const [, camera = '', rest] = ofCamera.exec(topic) ?? [];
    return rest === 'perception' || rest === 'camera/image' ? [camera] : [];
  });
  return [...new Set(names)];
}

/** A name as one camera's alone: undefined for those of the others. What is of no camera stays as it is. */
export function seenFrom(camera: string, name: string): string | undefined {
  const [, owner, rest] = ofCamera.exec(name) ?? [];
  if (owner === undefined) return name;
  return owner === camera ? rest : undefined;
}

/** A recording's path, and the camera that is chosen behind it. */
export function chosenCameraOf(location: string): { path: string; camera: string | undefined } {
  const [, path, camera] = chosenCamera.exec(location) ?? [];
  return path === undefined ? { path: location, camera: undefined } : { path, camera };
}
