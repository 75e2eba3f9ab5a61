import type { Step } from './scenario';

const STEP_MILLISECONDS = 200;

/** A bar in the corner: one step, or all of them, five a second. */
export function control(steps: readonly Step[]): void {
  if (steps.length === 0) return;
  let next = 0;
  let playing: ReturnType<typeof setInterval> | undefined;
  const bar = document.createElement('aside');
  bar.setAttribute('aria-label', 'Cerita');
  bar.style.cssText =
    'position:fixed;right:8px;bottom:8px;z-index:99;padding:4px 8px;background:#000;color:#fff';
  const said = document.createElement('span');
  const button = (label: string, act: () => void) => {
    const made = Object.assign(document.createElement('button'), { textContent: label, onclick: act });
    made.style.cssText = 'min-height:32px;margin-left:8px';
    return made;
  };
  const show = () => (said.textContent = `${next}/${steps.length} ${steps[next - 1]?.says ?? ''}`);
  const step = () => {
    const now = steps[next];
    if (!now) return stop();
    next += 1;
    now.act();
    show();
  };
  const stop = () => {
    clearInterval(playing);
    playing = undefined;
  };
  const play = () => {
    if (playing) stop();
    else playing = setInterval(step, STEP_MILLISECONDS);
  };
  bar.append(said, button('langkah', step), button('putar', play));
  document.body.append(bar);
  show();
}
