//! The log against known vectors, against ct-merkle, and against every kind of tampering.

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use proptest::prelude::*;
use sha2::Sha256;

use crate::tree::{prove_consistency, prove_inclusion, verify_consistency, verify_inclusion};
use crate::{Broken, Chain, Frontier, Hash, Head, Kind, Leaf, Link, Row, TreeHead, commitment, verify_chain};

const PERSON: Chain = Chain::Person([7; 16]);

fn hex(text: &str) -> Vec<u8> {
    text.as_bytes().chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}

/// Entries and roots of the reference tests of certificate-transparency (merkletree/merkle_tree_test.cc).
fn known_entries() -> Vec<Vec<u8>> {
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
        .map(hex)
        .to_vec()
}

const KNOWN_ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

#[test]
fn roots_are_those_of_the_reference_implementation() {
    let mut frontier = Frontier::new();
    assert_eq!(frontier.head().root.to_string(), KNOWN_ROOTS[0]);
    for (entry, root) in known_entries().iter().zip(&KNOWN_ROOTS[1..]) {
        frontier.append(entry);
        assert_eq!(frontier.head().root.to_string(), *root);
    }
}

#[test]
fn proofs_are_those_of_the_reference_implementation() {
    let path = prove_inclusion(known_entries(), 5).unwrap();
    let expected = "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b\
                    ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0\
                    d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
    assert_eq!(path, hex(expected));
    let grown = prove_consistency(known_entries(), 6).unwrap();
    let expected = "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a\
                    ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0\
                    d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7";
    assert_eq!(grown, hex(expected));
}

proptest! {
    #[test]
    fn the_frontier_agrees_with_ct_merkle(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9), 1..80)) {
        let mut frontier = Frontier::new();
        let mut tree = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        for entry in entries {
            frontier.append(&entry);
            tree.push(entry);
            prop_assert_eq!(Some(frontier.head().root), Hash::from_slice(tree.root().as_bytes()));
            let again = Frontier::from_stored(frontier.size(), &frontier.peaks());
            prop_assert_eq!(again.as_ref(), Some(&frontier));
        }
    }

    #[test]
    fn a_proof_holds_for_its_own_entry_and_for_no_other(
        size in 1_u64..60, index in 0_u64..60, other in 0_u64..60, old in 1_u64..60, flip in any::<usize>()
    ) {
        let entries: Vec<_> = (0..size).map(u64::to_be_bytes).collect();
        let head = head_of(&entries);
        let index = index % size;
        let proof = prove_inclusion(&entries, index).unwrap();
        prop_assert!(verify_inclusion(&head, &index.to_be_bytes(), index, &proof).is_ok());
        if other != index {
            prop_assert!(verify_inclusion(&head, &other.to_be_bytes(), index, &proof).is_err());
        }
        if !proof.is_empty() {
            let mut bent = proof.clone();
            let at = flip % bent.len();
            bent[at] ^= 1;
            prop_assert!(verify_inclusion(&head, &index.to_be_bytes(), index, &bent).is_err());
            prop_assert!(verify_inclusion(&head, &index.to_be_bytes(), index, &proof[1..]).is_err());
        }

        let old_size = 1 + (old - 1) % size;
        let old_head = head_of(&entries[..usize::try_from(old_size).unwrap()]);
        let proof = prove_consistency(&entries, old_size).unwrap();
        prop_assert!(verify_consistency(&old_head, &head, &proof).is_ok());
        let forged = TreeHead { root: Hash([1; 32]), ..old_head };
        prop_assert!(verify_consistency(&forged, &head, &proof).is_err());
    }

    #[test]
    fn every_tampering_is_found(length in 2_usize..20, at in any::<usize>(), to in any::<usize>(), how in 0..7) {
        let whole = chain_of(length);
        let heads = heads_of(&whole);
        let (at, to) = (at % length, to % length);
        prop_assume!(at != to);
        let mut bent = whole.clone();
        match how {
            0 => bent[at].leaf.at_micros ^= 1,
            1 => bent[at].ciphertext[0] ^= 1,
            2 => { bent.remove(at); }
            3 => bent.truncate(length - 1),
            4 => swap_places(&mut bent, at, to),
            5 => swap_contents(&mut bent, at, to),
            _ => { let rewritten = rewrite_from(&whole, at); bent = rewritten; }
        }
        prop_assert!(check(&whole, &heads).is_ok());
        prop_assert!(check(&bent, &heads).is_err());
    }
}

#[test]
fn a_broken_chain_is_told_in_plain_words() {
    let whole = chain_of(5);
    let heads = heads_of(&whole);
    let broken = |bend: &dyn Fn(&mut Vec<Stored>)| {
        let mut rows = whole.clone();
        bend(&mut rows);
        check(&rows, &heads).unwrap_err()
    };
    let chain = PERSON;
    assert_eq!(broken(&|rows| rows[2].leaf.id = [9; 16]), Broken::Changed { chain, seq: 3 });
    assert_eq!(broken(&|rows| rows[2].ciphertext[0] ^= 1), Broken::ContentChanged { chain, seq: 3 });
    assert_eq!(broken(&|rows| drop(rows.remove(2))), Broken::Removed { chain, seq: 3 });
    assert_eq!(broken(&|rows| swap_places(rows, 2, 3)), Broken::Swapped { chain, seq: 3 });
    assert_eq!(broken(&|rows| rows.truncate(4)), Broken::Truncated { chain, ends_at: 4, sealed: 5 });
    assert_eq!(broken(&|rows| *rows = rewrite_from(rows, 2)), Broken::NotAsSealed { chain, seq: 3 });
    assert_eq!(
        broken(&|rows| drop(rows.remove(2))).to_string(),
        "the chain of person 07070707-0707-0707-0707-070707070707: record 3 was removed"
    );
}

#[test]
fn chains_begin_differently() {
    let id = [3; 16];
    assert_ne!(Chain::Person(id).beginning(), Chain::Organization(id).beginning());
    assert_eq!(Chain::from_stored(2, id), Some(Chain::Person(id)));
    assert_eq!(Chain::from_stored(3, id), None);
}

#[test]
fn a_leaf_hash_is_what_it_was_in_version_1() {
    let leaf = chain_of(1)[0].leaf;
    assert_eq!(leaf.hash().to_string(), "74aca2f9751a8224676f14ada656b5a8b6dec0c853f207add6a32ff0f8085f30");
}

#[derive(Clone)]
struct Stored {
    leaf: Leaf,
    hash: Hash,
    ciphertext: Vec<u8>,
}

fn head_of<E: AsRef<[u8]>>(entries: &[E]) -> TreeHead {
    let mut frontier = Frontier::new();
    entries.iter().for_each(|entry| frontier.append(entry.as_ref()));
    frontier.head()
}

fn chain_of(length: usize) -> Vec<Stored> {
    grow(Vec::new(), length, 0)
}

fn grow(mut rows: Vec<Stored>, length: usize, salt: u8) -> Vec<Stored> {
    let organization = Chain::Organization([1; 16]);
    while rows.len() < length {
        let seq = rows.len() as u64 + 1;
        let before = rows.last().map(|row| row.hash);
        let ciphertext = vec![rows.len() as u8, 0, salt];
        let leaf = Leaf {
            id: [seq as u8; 16],
            at_micros: 1_700_000_000_000_000 + seq as i64,
            kind: Kind::Read,
            organization: Link { chain: organization, seq, prev: before.unwrap_or(organization.beginning().hash) },
            person: Link { chain: PERSON, seq, prev: before.unwrap_or(PERSON.beginning().hash) },
            commitment: commitment(&ciphertext),
        };
        rows.push(Stored { leaf, hash: leaf.hash(), ciphertext });
    }
    rows
}

fn heads_of(rows: &[Stored]) -> Vec<Head> {
    rows.iter().map(|row| Head { seq: row.leaf.person.seq, hash: row.hash }).collect()
}

fn check(rows: &[Stored], sealed: &[Head]) -> Result<Head, Broken> {
    let rows =
        rows.iter().map(|row| Row { leaf: row.leaf, stored_hash: row.hash, ciphertext: row.ciphertext.as_slice() });
    verify_chain(PERSON, rows, sealed.iter().copied())
}

fn swap_places(rows: &mut [Stored], at: usize, to: usize) {
    rows.swap(at, to);
    let seq = rows[at].leaf.person.seq;
    rows[at].leaf.person.seq = rows[to].leaf.person.seq;
    rows[to].leaf.person.seq = seq;
}

fn swap_contents(rows: &mut [Stored], at: usize, to: usize) {
    let other = rows[to].ciphertext.clone();
    rows[to].ciphertext = std::mem::replace(&mut rows[at].ciphertext, other);
}

/// A forger who knows the rules recomputes every hash from `at` on; only the seal tells.
fn rewrite_from(rows: &[Stored], at: usize) -> Vec<Stored> {
    grow(rows[..at].to_vec(), rows.len(), 1)
}
