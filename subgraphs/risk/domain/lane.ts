import { textKey } from '#shared/input/text-key.ts';

interface Place {
  readonly city: string;
  readonly region: string;
  readonly country: string;
}

/** The displayed name of a lane, such as "Chicago, IL, US → Dallas, TX, US". */
export function laneName(origin: Place, destination: Place): string {
  return `${placeName(origin)} → ${placeName(destination)}`;
}

/** The key of a lane. It uses cities instead of hub codes, because customers enter addresses. */
export function laneKey(origin: Place, destination: Place): string {
  return keyOfLane(laneName(origin, destination));
}

/** Makes the key of a lane's name: without case and accents. */
export function keyOfLane(lane: string): string {
  return textKey(lane);
}

function placeName({ city, region, country }: Place): string {
  return [city, region, country].map((part) => part.trim()).join(', ');
}
