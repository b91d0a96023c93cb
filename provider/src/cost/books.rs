//! All accounts of a meter, behind one lock.

use std::collections::BTreeMap;

use windlass_core::{ModelId, Text};

use super::{
    Budget, BudgetError, CostEvent, CostReport, LabelCost, ModelCost, ScopeReport, Totals,
};

/// An account, by a number that is higher than that of the account it lies in.
pub(super) type AccountId = u64;

#[derive(Debug, Default)]
pub(super) struct Books {
    next: AccountId,
    accounts: BTreeMap<AccountId, Account>,
    models: BTreeMap<ModelId, Totals>,
    labels: BTreeMap<Text, Totals>,
}

#[derive(Debug, Default)]
struct Account {
    name: Text,
    parent: Option<AccountId>,
    totals: Totals,
    reserved: u64,
    budget: Option<Budget>,
    warned: Vec<u8>,
    refused: u64,
}

impl Books {
    pub(super) fn open(&mut self, name: Text, parent: Option<AccountId>) -> AccountId {
        let id = self.next;
        self.next += 1;
        let account = Account {
            name,
            parent,
            ..Account::default()
        };
        self.accounts.insert(id, account);
        id
    }

    pub(super) fn close(&mut self, id: AccountId) {
        self.accounts.remove(&id);
    }

    pub(super) fn totals(&self, id: AccountId) -> Totals {
        self.account(id).totals
    }

    /// Thresholds that are already reached are noted without a word: they belong to the budget before.
    pub(super) fn set_budget(&mut self, id: AccountId, budget: Budget) {
        self.with(id, |account| {
            let spent = account.totals.micro_dollars;
            account.warned = budget.reached(spent).collect();
            account.budget = Some(budget);
        });
    }

    /// What is left to spend in this account and all around it; `None` where nothing limits it.
    pub(super) fn remaining(&self, id: AccountId) -> Option<u64> {
        let left = self.chain(id).into_iter().filter_map(|id| {
            let account = self.account(id);
            let limit = account.budget.as_ref()?.micro_dollars;
            Some(limit.saturating_sub(account.totals.micro_dollars))
        });
        left.min()
    }

    /// Sets `at_least` aside in this account and all around it, or in none.
    pub(super) fn reserve(&mut self, id: AccountId, at_least: u64) -> Result<(), BudgetError> {
        let chain = self.chain(id);
        for id in &chain {
            let refused = self.account(*id).check(at_least);
            refused.inspect_err(|_| self.with(*id, |account| account.refused += 1))?;
        }
        for id in chain {
            self.with(id, |account| {
                account.reserved = account.reserved.saturating_add(at_least);
            });
        }
        Ok(())
    }

    pub(super) fn release(&mut self, id: AccountId, at_least: u64) {
        for id in self.chain(id) {
            self.with(id, |account| {
                account.reserved = account.reserved.saturating_sub(at_least);
            });
        }
    }

    /// Adds what a request cost; gives the warnings that are due.
    pub(super) fn charge(
        &mut self,
        id: AccountId,
        model: &ModelId,
        label: Option<&Text>,
        cost: Totals,
    ) -> Vec<CostEvent> {
        *self.models.entry(model.clone()).or_default() += cost;
        if let Some(label) = label {
            *self.labels.entry(label.clone()).or_default() += cost;
        }
        let mut warnings = Vec::new();
        for id in self.chain(id) {
            self.with(id, |account| {
                account.totals += cost;
                warnings.extend(account.new_warnings());
            });
        }
        warnings
    }

    pub(super) fn report(&self) -> CostReport {
        let models = self.models.iter().map(|(model, totals)| ModelCost {
            model: model.clone(),
            totals: *totals,
        });
        let labels = self.labels.iter().map(|(label, totals)| LabelCost {
            label: label.clone(),
            totals: *totals,
        });
        CostReport {
            whole: self.tree(),
            models: models.collect(),
            labels: labels.collect(),
        }
    }

    /// Inner accounts have higher numbers, so from the highest down each is complete when it goes into the next.
    fn tree(&self) -> ScopeReport {
        let mut inside: BTreeMap<AccountId, Vec<ScopeReport>> = BTreeMap::new();
        for (id, account) in self.accounts.iter().rev() {
            let mut scopes = inside.remove(id).unwrap_or_default();
            scopes.reverse();
            let report = account.report(scopes);
            let Some(parent) = account.parent else {
                return report;
            };
            inside.entry(parent).or_default().push(report);
        }
        unreachable!("the account of the whole is open as long as there are books")
    }

    /// The account and all around it, from the inside out.
    fn chain(&self, id: AccountId) -> Vec<AccountId> {
        std::iter::successors(Some(id), |id| self.account(*id).parent).collect()
    }

    fn account(&self, id: AccountId) -> &Account {
        self.accounts.get(&id).expect(OPEN)
    }

    fn with<T>(&mut self, id: AccountId, act: impl FnOnce(&mut Account) -> T) -> T {
        act(self.accounts.get_mut(&id).expect(OPEN))
    }
}

const OPEN: &str = "an account is open as long as somebody holds its scope";

impl Account {
    fn check(&self, at_least: u64) -> Result<(), BudgetError> {
        let Some(budget) = &self.budget else {
            return Ok(());
        };
        let (limit, spent) = (budget.micro_dollars, self.totals.micro_dollars);
        let committed = spent.saturating_add(self.reserved);
        if committed < limit && committed.saturating_add(at_least) <= limit {
            return Ok(());
        }
        Err(BudgetError {
            scope: self.name.clone(),
            limit,
            spent,
            reserved: self.reserved,
            at_least,
        })
    }

    fn new_warnings(&mut self) -> Vec<CostEvent> {
        let Some(budget) = &self.budget else {
            return Vec::new();
        };
        let spent = self.totals.micro_dollars;
        let reached: Vec<u8> = budget
            .reached(spent)
            .filter(|percent| !self.warned.contains(percent))
            .collect();
        self.warned.extend(&reached);
        let warning = |percent: &u8| CostEvent::Warning {
            scope: self.name.clone(),
            percent: *percent,
            spent,
            limit: budget.micro_dollars,
        };
        reached.iter().map(warning).collect()
    }

    fn report(&self, scopes: Vec<ScopeReport>) -> ScopeReport {
        ScopeReport {
            name: self.name.clone(),
            totals: self.totals,
            budget: self.budget.clone(),
            reserved: self.reserved,
            warned: self.warned.clone(),
            refused: self.refused,
            scopes,
        }
    }
}
