/**
 * Frame numbers, times and timecodes. Frames are counted from 0, rates are fractions.
 * Seeking aims at the middle of a frame: at its edge, rounding shows its neighbour.
 */

/** The media time, in seconds, that certainly shows a frame. */
export function timeOf(frame, rate) {
  return ((frame + 0.5) * rate.den) / rate.num;
}

/** The frame that is on screen at a media time; also right where the browser reports its edge. */
export function frameAt(seconds, rate, frames) {
  const frame = Math.floor((seconds * rate.num) / rate.den + 0.1);
  return Math.min(frames - 1, Math.max(0, frame));
}

/** Hours, minutes, seconds, frames; at 29.97 and 59.94 drop-frame, marked by a semicolon. */
export function timecode(frame, rate) {
  const nominal = Math.round(rate.num / rate.den);
  const drops = rate.den === 1001 && nominal % 30 === 0;
  let counted = frame;
  if (drops) {
    // Two numbers of each minute but the tenth are skipped (four at 59.94), so that clocks agree.
    const skipped = nominal / 15;
    const perTen = nominal * 600 - 9 * skipped;
    const perMinute = nominal * 60 - skipped;
    const tens = Math.floor(frame / perTen);
    const rest = frame % perTen;
    counted += 9 * skipped * tens;
    if (rest >= skipped) counted += skipped * Math.floor((rest - skipped) / perMinute);
  }
  const seconds = Math.floor(counted / nominal);
  const parts = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  const two = (number) => String(number).padStart(2, "0");
  return `${parts.map(two).join(":")}${drops ? ";" : ":"}${two(counted % nominal)}`;
}

/** Show a frame of a paused video; resolves when it is on screen. */
export function seekTo(video, frame, rate) {
  const time = timeOf(frame, rate);
  if (Math.abs(video.currentTime - time) < rate.den / rate.num / 4 && video.readyState >= 2) return Promise.resolve();
  return new Promise((resolve) => {
    video.addEventListener("seeked", () => resolve(), { once: true });
    video.currentTime = time;
  });
}

/** Resolves when a video can show its frames; rejects when it can't be read. */
export function whenReady(video) {
  if (video.readyState >= 2) return Promise.resolve();
  return new Promise((resolve, reject) => {
    video.addEventListener("loadeddata", () => resolve(), { once: true });
    video.addEventListener("error", () => reject(video.error), { once: true });
  });
}
