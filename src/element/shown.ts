import type { TrainingStatus } from '../engine/engine.ts';
import type { Domain } from '../model/plane.ts';
import { layerPlace } from '../model/layer-choice.ts';
import { spaceName } from '../render/legend.ts';
import { describePicture } from './description.ts';
import type { LiveMap } from './live-map.ts';
import type { Mark } from './plane-view.ts';
import type { StyleSettings } from './settings.ts';

/*
 * What a map has on screen at present, which is what was asked for only once that is computed.
 */

/** The rectangle that the canvas shows; null before the first network, and of a surface, which fills no rectangle. */
export function shownDomain({ session, picture }: LiveMap): Domain | null {
  if (!session || picture.surface) return null;
  return picture.viewDomain(picture.shownPlane(session));
}

/** The points that the plane was laid through. */
export function shownMarks({ session, picture }: LiveMap): readonly Mark[] {
  return session ? picture.shownPlane(session).marks : [];
}

/** What exponents are over, if that needs to be said; null before the first network. */
export function shownSpace({ session, picture }: LiveMap): string | null {
  if (!session) return null;
  const space = session.field.request?.space ?? picture.space;
  return spaceName(space, session.plan.network.inputWidth);
}

/** Whether λ₂ is shown where it is −∞ at every point. */
export function lacksSecond({ session, picture }: LiveMap): boolean {
  if (!session || picture.styleSettings.quantity !== 'second-exponent') return false;
  const { plan } = session;
  return layerPlace(plan.network, picture.layerFor(plan)).rank < 2;
}

/** The picture in words; null before the first network. */
export function describeShown(
  { session, picture, frame }: LiveMap,
  style: StyleSettings,
  status: TrainingStatus | null,
): string | null {
  if (!session) return null;
  const { plan } = session;
  const plane = picture.shownPlane(session);
  const place = {
    layer: picture.layerFor(plan),
    plane,
    space: session.field.request?.space ?? picture.space,
    domain: picture.viewDomain(plane),
    pose: picture.surface?.pose ?? null,
  };
  return describePicture(plan, place, style, frame, status);
}
