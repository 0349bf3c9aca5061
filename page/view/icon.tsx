const shapes = {
  play: 'M6 4 L20 12 L6 20 Z',
  pause: 'M6 4 H10 V20 H6 Z M14 4 H18 V20 H14 Z',
  back: 'M5 4 H8 V20 H5 Z M20 4 L9 12 L20 20 Z',
  on: 'M16 4 H19 V20 H16 Z M4 4 L15 12 L4 20 Z',
} as const;

/** A drawn icon, because not every system has these characters. */
export function Icon({ shape }: { shape: keyof typeof shapes }) {
  return (
    <svg viewBox="0 0 24 24" class="icon" aria-hidden="true">
      <path d={shapes[shape]} />
    </svg>
  );
}
