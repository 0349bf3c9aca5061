import { type Layer, layers } from '../drawing/draw-frame.js';

/** Switches the layers over the picture; keys 1 to 5 do the same. */
export function LayerSwitches({
  shown,
  toggle,
}: {
  shown: ReadonlySet<Layer>;
  toggle(layer: Layer): void;
}) {
  return (
    <fieldset class="layers" aria-label="Drawn over the picture">
      {(Object.entries(layers) as [Layer, string][]).map(([layer, name], i) => (
        <label key={layer}>
          <input type="checkbox" checked={shown.has(layer)} onChange={() => toggle(layer)} />
          {name} <kbd>{i + 1}</kbd>
        </label>
      ))}
    </fieldset>
  );
}
