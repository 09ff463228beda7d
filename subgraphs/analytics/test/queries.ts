/** Every figure of the executive view. */
export const executiveQuery = `query Executive($range: DayRangeInput) {
  executive(range: $range) {
    period { from until days elapsedDays }
    revenue {
      total { amount currency } invoices collected { amount } daily { day amount { amount } } yearToDate { amount }
      previousTotal { amount } growth otherCurrencyInvoices
    }
    operations {
      shipmentsCreated shipmentsDelivered shipmentsCancelled shipmentsPerDay onTimeRate meanDeliverySeconds
      meanOrderToDeliverySeconds distanceMeters daily { day created delivered deliveredOnTime cancelled }
      driverUtilization { activeDriverDays busyDriverDays rate }
    }
    efficiency {
      cost { amount } profit { amount } margin costPerShipment { amount } revenuePerShipment { amount }
      revenuePerDriver { amount }
    }
    growth {
      customers { total new active } drivers { total new } shipmentsGrowth
      outlook {
        method basedOnUntil
        shipments { total daily { day shipments } backtestError }
        revenue { total { amount } daily { day amount { amount } } backtestError }
      }
    }
    satisfaction { ratings meanStars netPromoterScore promoters passives detractors }
  }
}`;

interface Amount {
  readonly amount: string;
}

export interface ExecutiveFigures {
  readonly period: { from: string; until: string; days: number; elapsedDays: number };
  readonly revenue: {
    readonly total: Amount;
    readonly invoices: number;
    readonly collected: Amount;
    readonly daily: readonly { day: string; amount: Amount }[];
    readonly yearToDate: Amount;
    readonly previousTotal: Amount;
    readonly growth: number | null;
    readonly otherCurrencyInvoices: number;
  };
  readonly operations: {
    readonly shipmentsCreated: number;
    readonly shipmentsDelivered: number;
    readonly shipmentsCancelled: number;
    readonly shipmentsPerDay: number | null;
    readonly onTimeRate: number | null;
    readonly meanDeliverySeconds: number | null;
    readonly meanOrderToDeliverySeconds: number | null;
    readonly distanceMeters: number;
    readonly daily: readonly { day: string; created: number; delivered: number }[];
    readonly driverUtilization: { activeDriverDays: number; busyDriverDays: number; rate: number | null };
  };
  readonly efficiency: {
    readonly cost: Amount;
    readonly profit: Amount;
    readonly margin: number | null;
    readonly costPerShipment: Amount | null;
    readonly revenuePerShipment: Amount | null;
    readonly revenuePerDriver: Amount | null;
  };
  readonly growth: {
    readonly customers: { total: number; new: number; active: number };
    readonly drivers: { total: number; new: number };
    readonly shipmentsGrowth: number | null;
    readonly outlook: {
      readonly basedOnUntil: string;
      readonly shipments: {
        readonly total: number;
        readonly daily: readonly { day: string; shipments: number }[];
        readonly backtestError: number | null;
      };
      readonly revenue: { readonly total: Amount; readonly backtestError: number | null };
    };
  };
  readonly satisfaction: {
    readonly ratings: number;
    readonly meanStars: number | null;
    readonly netPromoterScore: number | null;
    readonly promoters: number;
    readonly passives: number;
    readonly detractors: number;
  };
}
