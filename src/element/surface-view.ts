import type { Rgb } from '../render/palette.ts';
import { HOME_POSE, type Pose } from '../render/style.ts';
import { createCamera } from '../render/surface-camera.ts';
import { describePose } from './description.ts';
import type { LiveMap } from './live-map.ts';
import { drawSurfaceAxes } from './surface-axes.ts';

/** Degrees that a drag over all of the picture turns. */
const TURN = { around: 180, up: 90 };
const ELEVATIONS = { least: 5, most: 90 };
const DISTANCES = { least: 0.2, most: 3 };
/** How far from the middle one can look, in parts of the longer side. */
const FARTHEST_TARGET = 0.5;
/** So short that it is not seen: its end tells that the colours have changed. */
const COLOR_WATCH = 'color 1ms, background-color 1ms';
/** Part of the ink in the colour of walls and floor. */
const GROUND_INK = 0.28;

/** The camera of a surface, moved by the user, and the axes over its picture. Nothing moves by itself. */
export class SurfaceView {
  #pose: Pose;
  readonly #axes = document.createElement('canvas');
  readonly #closing = new AbortController();
  /** The page's colours as read last. */
  #colors: { readonly text: string; readonly ink: Rgb; readonly background: Rgb } | null = null;

  /**
   * @param pictures - what the axes come after; its parent has the background.
   * @param live - null before the first network.
   * @param onMove - told after each move.
   * @param pose - that it starts with.
   */
  constructor(
    readonly pictures: HTMLElement,
    readonly live: () => LiveMap | null,
    readonly onMove: () => void,
    pose: Pose,
  ) {
    this.#pose = within(pose);
    this.#axes.className = 'marks';
    this.#axes.ariaHidden = 'true';
    pictures.after(this.#axes);
    const frame = pictures.parentElement!;
    // Nothing else tells of colours that change by scheme, style sheet or property of the page.
    frame.style.transition = COLOR_WATCH;
    frame.addEventListener('transitionend', () => this.refresh(), { signal: this.#closing.signal });
    this.refresh();
  }

  get pose(): Pose {
    return this.#pose;
  }

  /** Takes a pose, as far as a user could have come there. */
  look(pose: Pose): void {
    this.#take(pose);
  }

  /**
   * Turns the surface, or moves it over the canvas, by parts of the canvas; to the right and down.
   *
   * @param isSlide - whether it moves.
   */
  drag(right: number, down: number, isSlide: boolean): void {
    const { azimuth, elevation } = this.#pose;
    if (isSlide) this.#slide(right, down);
    else {
      this.#take({
        azimuth: azimuth - TURN.around * right,
        elevation: elevation + TURN.up * down,
      });
    }
  }

  /** By a factor, below 1 to come nearer. */
  zoom(factor: number): void {
    this.#take({ distance: this.#pose.distance * factor });
  }

  goHome(): void {
    this.#take(HOME_POSE);
  }

  /** Where it is seen from, in words. */
  describe(): string {
    return describePose(this.#pose);
  }

  /** To be called after every frame, and for every other live map: gives it pose and colours if it lacks them. */
  refresh(): void {
    const live = this.live();
    if (!live) return;
    const isNew = this.#readColors();
    const isGiven = live.picture.scene.background === this.#colors?.background;
    if (isNew || !isGiven) this.#show();
    else this.#drawAxes();
  }

  dispose(): void {
    this.#closing.abort();
    this.pictures.parentElement!.style.transition = '';
    this.#axes.remove();
  }

  #slide(right: number, down: number): void {
    const live = this.live();
    const domain = live?.session?.field.request?.domain;
    const surface = live?.picture.surface;
    if (!domain || !surface) return;
    const { width, height } = live.picture.size;
    const { height: seen } = createCamera(this.#pose, domain, surface.relief, width / height);
    const [azimuth, elevation] = [this.#pose.azimuth, this.#pose.elevation].map(
      (degrees) => (degrees * Math.PI) / 180,
    );
    // The world is twice as long as parts of the longer side; a flat view foreshortens what goes away from it.
    const across = (-right * seen * width) / height / 2;
    const away = (down * seen) / 2 / Math.max(Math.sin(elevation), 0.3);
    const [s, t] = this.#pose.target;
    this.#take({
      target: [
        s + across * Math.cos(azimuth) - away * Math.sin(azimuth),
        t + across * Math.sin(azimuth) + away * Math.cos(azimuth),
      ],
    });
  }

  #take(change: Partial<Pose>): void {
    this.#pose = within({ ...this.#pose, ...change });
    this.#show();
    this.onMove();
  }

  #show(): void {
    if (!this.#colors) return;
    const { ink, background } = this.#colors;
    const [r, g, b] = background.map((part, i) => part + GROUND_INK * (ink[i] - part));
    this.live()?.setScene({ pose: this.#pose, background, ground: [r, g, b], ink });
    this.#drawAxes();
  }

  #drawAxes(): void {
    const live = this.live();
    const { session, picture } = live ?? {};
    const request = session?.field.request;
    const surface = picture?.surface;
    // To set the size clears the canvas.
    const { width, height, pixelRatio } = picture?.size ?? { width: 0, height: 0, pixelRatio: 1 };
    [this.#axes.width, this.#axes.height] = [width, height];
    if (!request || !surface || width === 0 || height === 0) return;
    const { axes } = picture.shownPlane(session);
    drawSurfaceAxes(this.#axes.getContext('2d')!, surface, request.domain, axes, pixelRatio);
  }

  /** @returns whether they have changed. */
  #readColors(): boolean {
    const { color, backgroundColor } = getComputedStyle(this.pictures.parentElement!);
    const text = `${color} ${backgroundColor}`;
    if (text === this.#colors?.text) return false;
    this.#colors = { text, ink: readColor(color), background: readColor(backgroundColor) };
    return true;
  }
}

/** The pose within its limits. */
function within({ azimuth, elevation, distance, target: [s, t] }: Pose): Pose {
  return {
    azimuth: azimuth - 360 * Math.round(azimuth / 360),
    elevation: clamp(elevation, ELEVATIONS.least, ELEVATIONS.most),
    distance: clamp(distance, DISTANCES.least, DISTANCES.most),
    target: [
      clamp(s, -FARTHEST_TARGET, FARTHEST_TARGET),
      clamp(t, -FARTHEST_TARGET, FARTHEST_TARGET),
    ],
  };
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(Math.max(value, low), high);
}

/** A colour of any kind that CSS knows, over white. */
function readColor(color: string): Rgb {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true })!;
  for (const fill of ['white', color]) {
    context.fillStyle = fill;
    context.fillRect(0, 0, 1, 1);
  }
  const [r, g, b] = context.getImageData(0, 0, 1, 1).data;
  return [r / 255, g / 255, b / 255];
}
