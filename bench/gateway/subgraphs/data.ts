/**
 * The records of the public gateway benchmark in shape and size: 6 users, 9 products of which 5 are "top", 11 reviews.
 * Every user has the same two reviews and every review the same author, so most representations repeat.
 */
export interface User {
  id: string;
  name: string;
  username: string;
  birthday: number;
}

export interface Product {
  upc: string;
  name: string;
  price: number;
  weight: number;
  inStock: boolean;
}

export interface Review {
  id: string;
  body: string;
  upc: string;
}

const sentence =
  'Arrived two days early at the north dock, wrapped twice, no dents, and the driver waited while we checked the seal. ';

/** A text of exactly `length` characters, different for every review. */
function reviewBody(id: number, length: number): string {
  return `Review ${id}: ${sentence.repeat(Math.ceil(length / sentence.length))}`.slice(0, length);
}

export const users: readonly User[] = [
  ['Ada Winter', 'ada'],
  ['Ben Okafor', 'bokafor'],
  ['Chiara Romano', 'chiararomano'],
  ['Deniz Arslan', 'deniz'],
  ['Emeka Obi', 'emekaobi'],
  ['Fatima Haddad', 'fatima'],
].map(([name, username], index) => ({ id: `${index + 1}`, name: name!, username: username!, birthday: 1234567890 }));

export const products: readonly Product[] = (
  [
    ['Table', 899, 100, true],
    ['Couch', 1299, 1000, false],
    ['Glass', 15, 20, false],
    ['Chair', 499, 100, false],
    ['TV', 1299, 1000, true],
    ['Lamp', 6999, 300, true],
    ['Grill', 3999, 2000, true],
    ['Fridge', 100_000, 6000, false],
    ['Sofa', 9999, 800, true],
  ] as const
).map(([name, price, weight, inStock], index) => ({ upc: `${index + 1}`, name, price, weight, inStock }));

/** `topProducts` has five products, so that every `first` from 5 up gives the same response (workload "distinct"). */
export const topProducts: readonly Product[] = products.slice(0, 5);

export const reviews: readonly Review[] = (
  [
    ['1', 446],
    ['1', 289],
    ['1', 279],
    ['1', 146],
    ['2', 446],
    ['2', 289],
    ['2', 279],
    ['2', 146],
    ['3', 146],
    ['4', 146],
    ['4', 867],
  ] as const
).map(([upc, length], index) => ({ id: `${index + 1}`, body: reviewBody(index + 1, length), upc }));

/** Every user has these reviews. */
export const reviewsOfAnyUser: readonly Review[] = reviews.slice(0, 2);
