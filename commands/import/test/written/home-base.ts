import { type Convention, needed, numbers, texts } from './cells.ts';
import { column, constant } from './kind.ts';

const base = { region: 'TX', timeZone: 'America/Chicago', country: 'US', hubCode: null };
export const baseFields = {
  city: column('Town'),
  region: constant('TX'),
  country: constant('US'),
  latitude: column('Lat'),
  longitude: column('Lon'),
  timeZone: constant('America/Chicago'),
};
export const baseCells = (convention: Convention) => ({
  Town: needed(texts),
  Lat: needed(numbers(convention, { most: 89 })),
  Lon: needed(numbers(convention, { most: 179 })),
});
export const baseFieldOf = { Town: 'homeBase.city', Lat: 'homeBase.latitude', Lon: 'homeBase.longitude' };
export const baseOf = ({ Town, Lat, Lon }: Readonly<Record<string, unknown>>) => ({
  ...base,
  city: Town,
  location: { latitude: Lat, longitude: Lon },
});
