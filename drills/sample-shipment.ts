const stop = (city: string, latitude: number, longitude: number, day: number) => ({
  street: '1 Dock Street',
  city,
  region: 'US-TX',
  country: 'US',
  location: { latitude, longitude },
  timeZone: 'America/Chicago',
  windowStart: new Date(Date.now() + day * 86_400_000).toISOString(),
  windowEnd: new Date(Date.now() + (day + 1) * 86_400_000).toISOString(),
});

/** A draft of one pallet from Houston to Dallas. */
export const sampleShipment = {
  equipment: 'DRY_VAN',
  stops: [stop('Houston', 29.76, -95.37, 1), stop('Dallas', 32.78, -96.8, 2)],
  items: [
    {
      description: 'Pallet',
      commodity: 'Parts',
      quantity: 1,
      weightKg: 100,
      volumeM3: 1,
      value: { amount: '100.00', currency: 'USD' },
    },
  ],
};
