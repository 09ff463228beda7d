interface Place {
  readonly city: string;
  readonly region: string;
  readonly country: string;
}

/** "Chicago, IL, US → Dallas, TX, US", for people. */
export function laneName(origin: Place, destination: Place): string {
  return `${placeName(origin)} → ${placeName(destination)}`;
}

/** The same for machines: cities rather than hub codes, because customers type addresses. */
export function laneKey(origin: Place, destination: Place): string {
  return keyOfLane(laneName(origin, destination));
}

/** What two spellings of one lane's name have in common: no case, no accents. */
export function keyOfLane(lane: string): string {
  return lane.normalize('NFKD').replaceAll(/\p{M}/gu, '').toLowerCase();
}

function placeName({ city, region, country }: Place): string {
  return [city, region, country].map((part) => part.trim()).join(', ');
}
