import { useEffect, useRef } from 'preact/hooks';
import { FramePainter, type Scene } from '../drawing/draw-frame.js';

interface PictureProps extends Scene {
  caption: string | undefined;
  /** Description of the picture, for screen readers. */
  description: string;
  /** Called on a click on the picture, in its pixels. */
  onPoint?: ((pointPx: readonly [number, number]) => void) | undefined;
}

/** One frame with its layers. */
export function Picture({ caption, description, onPoint, ...scene }: PictureProps) {
  const ref = useRef<HTMLCanvasElement>(null);
  const painter = useRef<FramePainter | undefined>(undefined);
  useEffect(() => {
    painter.current ??= new FramePainter(ref.current!);
    painter.current.draw(scene);
  });
  return (
    <figure class="picture">
      <canvas
        ref={ref}
        width={1280}
        height={720}
        role="img"
        aria-label={description}
        onClick={(event) => {
          const { widthPx, heightPx } = scene.result ?? {};
          const width = scene.picture?.width ?? widthPx;
          const height = scene.picture?.height ?? heightPx;
          const { clientWidth, clientHeight } = event.currentTarget;
          if (onPoint === undefined || !width || !height) return;
          onPoint([(event.offsetX * width) / clientWidth, (event.offsetY * height) / clientHeight]);
        }}
      />
      {caption && <figcaption>{caption}</figcaption>}
    </figure>
  );
}
