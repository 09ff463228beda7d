import type { Country, Hub } from '../world.ts';
import type { Mint } from './identifiers.ts';

type HubRow = readonly [
  code: string,
  city: string,
  region: string,
  country: Country,
  latitude: number,
  longitude: number,
  timeZone: string,
  weight: number,
];

const EASTERN = 'America/New_York';
const CENTRAL = 'America/Chicago';
const MOUNTAIN = 'America/Denver';
const PACIFIC = 'America/Los_Angeles';
const ONTARIO = 'America/Toronto';
const MEXICO = 'America/Mexico_City';

/** City centres (WGS 84) and IANA zones; weights are relative freight volumes, estimated for this project. */
const table: readonly HubRow[] = [
  ['CHI', 'Chicago', 'IL', 'US', 41.8781, -87.6298, CENTRAL, 10],
  ['LAX', 'Los Angeles', 'CA', 'US', 34.0522, -118.2437, PACIFIC, 10],
  ['DAL', 'Dallas', 'TX', 'US', 32.7767, -96.797, CENTRAL, 9],
  ['ATL', 'Atlanta', 'GA', 'US', 33.749, -84.388, EASTERN, 9],
  ['EWR', 'Newark', 'NJ', 'US', 40.7357, -74.1724, EASTERN, 9],
  ['HOU', 'Houston', 'TX', 'US', 29.7604, -95.3698, CENTRAL, 8],
  ['TOR', 'Toronto', 'ON', 'CA', 43.6532, -79.3832, ONTARIO, 8],
  ['MEX', 'Mexico City', 'CMX', 'MX', 19.4326, -99.1332, MEXICO, 7],
  ['RIV', 'Riverside', 'CA', 'US', 33.9806, -117.3755, PACIFIC, 6],
  ['MEM', 'Memphis', 'TN', 'US', 35.1495, -90.049, CENTRAL, 6],
  ['PHX', 'Phoenix', 'AZ', 'US', 33.4484, -112.074, 'America/Phoenix', 6],
  ['IND', 'Indianapolis', 'IN', 'US', 39.7684, -86.1581, 'America/Indiana/Indianapolis', 6],
  ['CMH', 'Columbus', 'OH', 'US', 39.9612, -82.9988, EASTERN, 6],
  ['LRD', 'Laredo', 'TX', 'US', 27.5306, -99.4803, CENTRAL, 6],
  ['MTY', 'Monterrey', 'NLE', 'MX', 25.6866, -100.3161, 'America/Monterrey', 6],
  ['SEA', 'Seattle', 'WA', 'US', 47.6062, -122.3321, PACIFIC, 5],
  ['DEN', 'Denver', 'CO', 'US', 39.7392, -104.9903, MOUNTAIN, 5],
  ['PHL', 'Philadelphia', 'PA', 'US', 39.9526, -75.1652, EASTERN, 5],
  ['CLT', 'Charlotte', 'NC', 'US', 35.2271, -80.8431, EASTERN, 5],
  ['MKC', 'Kansas City', 'MO', 'US', 39.0997, -94.5786, CENTRAL, 5],
  ['STL', 'St. Louis', 'MO', 'US', 38.627, -90.1994, CENTRAL, 5],
  ['DET', 'Detroit', 'MI', 'US', 42.3314, -83.0458, 'America/Detroit', 5],
  ['MIA', 'Miami', 'FL', 'US', 25.7617, -80.1918, EASTERN, 5],
  ['MTL', 'Montreal', 'QC', 'CA', 45.5019, -73.5674, ONTARIO, 5],
  ['VAN', 'Vancouver', 'BC', 'CA', 49.2827, -123.1207, 'America/Vancouver', 5],
  ['SAV', 'Savannah', 'GA', 'US', 32.0809, -81.0912, EASTERN, 5],
  ['OAK', 'Oakland', 'CA', 'US', 37.8044, -122.2712, PACIFIC, 5],
  ['NLD', 'Nuevo Laredo', 'TAM', 'MX', 27.4779, -99.5496, 'America/Matamoros', 4],
  ['TIJ', 'Tijuana', 'BCN', 'MX', 32.5149, -117.0382, 'America/Tijuana', 4],
  ['GDL', 'Guadalajara', 'JAL', 'MX', 20.6597, -103.3496, MEXICO, 4],
  ['CGY', 'Calgary', 'AB', 'CA', 51.0447, -114.0719, 'America/Edmonton', 4],
  ['SLC', 'Salt Lake City', 'UT', 'US', 40.7608, -111.891, MOUNTAIN, 4],
  ['MSP', 'Minneapolis', 'MN', 'US', 44.9778, -93.265, CENTRAL, 4],
  ['BNA', 'Nashville', 'TN', 'US', 36.1627, -86.7816, CENTRAL, 4],
  ['CLE', 'Cleveland', 'OH', 'US', 41.4993, -81.6944, EASTERN, 4],
  ['CVG', 'Cincinnati', 'OH', 'US', 39.1031, -84.512, EASTERN, 4],
  ['SDF', 'Louisville', 'KY', 'US', 38.2527, -85.7585, 'America/Kentucky/Louisville', 4],
  ['BAL', 'Baltimore', 'MD', 'US', 39.2904, -76.6122, EASTERN, 4],
  ['BOS', 'Boston', 'MA', 'US', 42.3601, -71.0589, EASTERN, 4],
  ['HAR', 'Harrisburg', 'PA', 'US', 40.2732, -76.8867, EASTERN, 4],
  ['JAX', 'Jacksonville', 'FL', 'US', 30.3322, -81.6557, EASTERN, 4],
  ['SAT', 'San Antonio', 'TX', 'US', 29.4241, -98.4936, CENTRAL, 4],
  ['ELP', 'El Paso', 'TX', 'US', 31.7619, -106.485, MOUNTAIN, 4],
  ['SCK', 'Stockton', 'CA', 'US', 37.9577, -121.2908, PACIFIC, 4],
  ['CJS', 'Ciudad Juárez', 'CHH', 'MX', 31.6904, -106.4245, 'America/Ciudad_Juarez', 3],
  ['QRO', 'Querétaro', 'QUE', 'MX', 20.5888, -100.3899, MEXICO, 3],
  ['SLP', 'San Luis Potosí', 'SLP', 'MX', 22.1565, -100.9855, MEXICO, 3],
  ['PIT', 'Pittsburgh', 'PA', 'US', 40.4406, -79.9959, EASTERN, 3],
  ['ORF', 'Norfolk', 'VA', 'US', 36.8508, -76.2859, EASTERN, 3],
  ['CHS', 'Charleston', 'SC', 'US', 32.7765, -79.9311, EASTERN, 3],
  ['TPA', 'Tampa', 'FL', 'US', 27.9506, -82.4572, EASTERN, 3],
  ['ORL', 'Orlando', 'FL', 'US', 28.5383, -81.3792, EASTERN, 3],
  ['MSY', 'New Orleans', 'LA', 'US', 29.9511, -90.0715, CENTRAL, 3],
  ['BHM', 'Birmingham', 'AL', 'US', 33.5186, -86.8104, CENTRAL, 3],
  ['OKC', 'Oklahoma City', 'OK', 'US', 35.4676, -97.5164, CENTRAL, 3],
  ['OMA', 'Omaha', 'NE', 'US', 41.2565, -95.9345, CENTRAL, 3],
  ['MKE', 'Milwaukee', 'WI', 'US', 43.0389, -87.9065, CENTRAL, 3],
  ['LAS', 'Las Vegas', 'NV', 'US', 36.1699, -115.1398, PACIFIC, 3],
  ['RNO', 'Reno', 'NV', 'US', 39.5296, -119.8138, PACIFIC, 3],
  ['FAT', 'Fresno', 'CA', 'US', 36.7378, -119.7871, PACIFIC, 3],
  ['SAN', 'San Diego', 'CA', 'US', 32.7157, -117.1611, PACIFIC, 3],
  ['PDX', 'Portland', 'OR', 'US', 45.5152, -122.6784, PACIFIC, 3],
  ['EDM', 'Edmonton', 'AB', 'CA', 53.5461, -113.4938, 'America/Edmonton', 3],
  ['WPG', 'Winnipeg', 'MB', 'CA', 49.8954, -97.1385, 'America/Winnipeg', 3],
  ['OTT', 'Ottawa', 'ON', 'CA', 45.4215, -75.6972, ONTARIO, 3],
  ['WDR', 'Windsor', 'ON', 'CA', 42.3149, -83.0364, ONTARIO, 3],
  ['RIC', 'Richmond', 'VA', 'US', 37.5407, -77.436, EASTERN, 2],
  ['MOB', 'Mobile', 'AL', 'US', 30.6954, -88.0399, CENTRAL, 2],
  ['LIT', 'Little Rock', 'AR', 'US', 34.7465, -92.2896, CENTRAL, 2],
  ['DSM', 'Des Moines', 'IA', 'US', 41.5868, -93.625, CENTRAL, 2],
  ['GRR', 'Grand Rapids', 'MI', 'US', 42.9634, -85.6681, 'America/Detroit', 2],
  ['ABQ', 'Albuquerque', 'NM', 'US', 35.0844, -106.6504, MOUNTAIN, 2],
  ['BOI', 'Boise', 'ID', 'US', 43.615, -116.2023, 'America/Boise', 2],
  ['GEG', 'Spokane', 'WA', 'US', 47.6588, -117.426, PACIFIC, 2],
  ['REG', 'Regina', 'SK', 'CA', 50.4452, -104.6189, 'America/Regina', 2],
  ['HAL', 'Halifax', 'NS', 'CA', 44.6488, -63.5752, 'America/Halifax', 2],
  ['QUE', 'Quebec City', 'QC', 'CA', 46.8139, -71.208, ONTARIO, 2],
  ['HMO', 'Hermosillo', 'SON', 'MX', 29.0729, -110.9559, 'America/Hermosillo', 2],
  ['VER', 'Veracruz', 'VER', 'MX', 19.1738, -96.1342, MEXICO, 2],
  ['PBC', 'Puebla', 'PUE', 'MX', 19.0414, -98.2063, MEXICO, 2],
];

export const HUB_TABLE_LENGTH = table.length;

/** The `count` largest hubs, largest first. */
export function createHubs(count: number, foundedAtMs: number, mint: Mint): Hub[] {
  return table.slice(0, count).map(([code, city, region, country, latitude, longitude, timeZone, weight]) => ({
    id: mint<'Hub'>(foundedAtMs),
    code,
    city,
    region,
    country,
    latitude,
    longitude,
    timeZone,
    weight,
  }));
}
