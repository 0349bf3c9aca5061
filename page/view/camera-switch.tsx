/** Which camera of several is looked at; the key C goes on to the next. Nothing where there is one. */
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
