/** The page: one picture, asked for again and again, and what is known beside it. Nothing is loaded from elsewhere. */
export const viewPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>windshield: the simulated road</title>
<style>
  body { margin: 0; background: #15181c; color: #e6e8ea; font: 15px/1.5 system-ui, sans-serif; }
  main { max-width: 1000px; margin: 0 auto; padding: 16px; }
  canvas { width: 100%; background: #000; border-radius: 6px; display: block; }
  .row { display: flex; gap: 8px; align-items: center; flex-wrap: wrap; margin: 12px 0; }
  button, input { font: inherit; color: inherit; background: #2a2f36; border: 1px solid #454c56;
    border-radius: 6px; padding: 6px 14px; }
  button { cursor: pointer; }
  button[aria-pressed=true] { background: #2f6f4f; border-color: #4fa477; }
  input[type=number] { width: 90px; }
  .numbers { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 8px; }
  .numbers div { background: #1f2328; border-radius: 6px; padding: 6px 12px; }
  .numbers b { display: block; font-size: 20px; font-variant-numeric: tabular-nums; }
  .hint { color: #9aa3ad; }
  #problem { color: #ff9c7a; }
  kbd { border: 1px solid #454c56; border-radius: 4px; padding: 0 5px; }
</style>
<main>
  <canvas id="picture" width="640" height="360" aria-label="what the camera sees"></canvas>
  <div class="row">
    <button data-driver="keyboard">I drive</button>
    <button data-driver="network">The network drives</button>
    <button data-driver="reference">The reference drives</button>
    <button id="truth">Ground truth</button>
    <label>World <input id="seed" type="number" min="0" value="1"></label>
    <button id="go">Go there</button>
  </div>
  <div class="numbers">
    <div>autonomy<b id="autonomy">–</b></div>
    <div>interventions<b id="interventions">–</b></div>
    <div>offset<b id="offset">–</b></div>
    <div>speed<b id="speed">–</b></div>
    <div>steering<b id="steering">–</b></div>
    <div>time<b id="time">–</b></div>
  </div>
  <p id="problem" role="status"></p>
  <p class="hint"><kbd>←</kbd> <kbd>→</kbd> steer, <kbd>↑</kbd> <kbd>↓</kbd> faster and slower.
    Green: the borders of your lane; orange: where the wheels lead. When a wheel crosses a border you are put back.</p>
</main>
<script>
  const byId = (id) => document.getElementById(id);
  const picture = byId('picture');
  const context = picture.getContext('2d');
  const send = (control) => fetch('control', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(control),
  }).catch(() => {});
  const keyOf = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'faster', ArrowDown: 'slower' };
  const keys = { left: false, right: false, faster: false, slower: false };
  const onKey = (isDown) => (event) => {
    const key = keyOf[event.key];
    if (key === undefined || event.target.tagName === 'INPUT') return;
    event.preventDefault();
    if (keys[key] === isDown) return;
    keys[key] = isDown;
    send({ keys });
  };
  addEventListener('keydown', onKey(true));
  addEventListener('keyup', onKey(false));
  addEventListener('blur', () => { for (const key in keys) keys[key] = false; send({ keys }); });
  for (const button of document.querySelectorAll('[data-driver]'))
    button.onclick = () => { send({ driver: button.dataset.driver }); button.blur(); };
  let showsTruth = true;
  byId('truth').onclick = () => { showsTruth = !showsTruth; send({ showsTruth }); byId('truth').blur(); };
  byId('go').onclick = () => { send({ seed: Number(byId('seed').value) }); byId('go').blur(); };
  const show = (state) => {
    byId('autonomy').textContent = state.autonomy.toFixed(1) + ' %';
    byId('interventions').textContent = state.interventions;
    byId('offset').textContent = state.offsetM.toFixed(2) + ' m';
    byId('speed').textContent = (state.speedMps * 3.6).toFixed(0) + ' km/h';
    byId('steering').textContent = (state.steeringRad * 180 / Math.PI).toFixed(1) + '°';
    byId('time').textContent = state.elapsedS.toFixed(0) + ' s';
    byId('problem').textContent = state.problem;
    byId('truth').setAttribute('aria-pressed', showsTruth);
    for (const button of document.querySelectorAll('[data-driver]'))
      button.setAttribute('aria-pressed', button.dataset.driver === state.driver);
  };
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  (async () => {
    for (let after = 0; ;) {
      try {
        const blob = await (await fetch('frame.jpg?after=' + after)).blob();
        const bitmap = await createImageBitmap(blob);
        picture.width = bitmap.width;
        picture.height = bitmap.height;
        context.drawImage(bitmap, 0, 0);
        const state = await (await fetch('state')).json();
        if (after === 0) byId('seed').value = state.seed;
        after = state.frame;
        show(state);
      } catch {
        byId('problem').textContent = 'The simulator does not answer. Is it still running?';
        await pause(1000);
      }
    }
  })();
</script>
</html>
`;
