/** Chooses one of several cameras; the key C goes to the next. Nothing if there is only one. */
export function CameraSwitch({
  cameras,
  chosen,
  choose,
}: {
  cameras: readonly string[];
  chosen: string | undefined;
  choose(name: string): void;
}) {
  if (cameras.length < 2) return null;
  return (
    <label class="camera-switch">
      Camera{' '}
      <select value={chosen} onChange={(event) => choose(event.currentTarget.value)}>
        {cameras.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
