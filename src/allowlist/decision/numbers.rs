//! Sets of small numbers, so that a thousand roles of a thousand identities are compared in microseconds.

/// A set of numbers below a limit, one bit each.
#[derive(Clone, Debug)]
pub(super) struct Numbers(Vec<u64>);

impl Numbers {
    /// The set of the given numbers; those not below the limit are left out.
    pub(super) fn new(limit: usize, numbers: impl Iterator<Item = usize>) -> Self {
        let mut words = vec![0; limit.div_ceil(64)];
        for number in numbers {
            if let Some(word) = words.get_mut(number / 64) {
                *word |= 1_u64 << (number % 64);
            }
        }
        Self(words)
    }

    /// The numbers, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        self.shared_with(self)
    }

    /// The numbers in both sets, in order.
    pub(super) fn shared_with(&self, other: &Self) -> impl Iterator<Item = usize> {
        self.0.iter().zip(&other.0).zip(0_usize..).flat_map(|((a, b), index)| {
            let mut both = a & b;
            std::iter::from_fn(move || {
                let bit = usize::try_from(both.trailing_zeros()).ok().filter(|bit| *bit < 64)?;
                both &= both - 1;
                Some(index * 64 + bit)
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_numbers_come_in_order() {
        let a = Numbers::new(200, [199, 0, 64, 63, 130].into_iter());
        let b = Numbers::new(200, [63, 64, 65, 199, 1].into_iter());
        assert_eq!(a.shared_with(&b).collect::<Vec<_>>(), [63, 64, 199]);
        assert_eq!(a.shared_with(&Numbers::new(0, [].into_iter())).count(), 0);
    }
}
