//! The graph whose nodes are texts and whose edges are pairs.

/// What the graph of some pairs looks like. Texts are numbered from 0.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Graph {
    pub(super) texts: usize,
    pub(super) originals: usize,
    pub(super) counterfactuals: usize,
    /// Texts that are an original and a counterfactual.
    pub(super) both_sides: usize,
    /// Edges whose counterfactual is an original too.
    pub(super) onto_originals: usize,
    /// Texts that stand in more than one cluster.
    pub(super) in_several_clusters: usize,
    pub(super) components: usize,
    /// Edges of the component that has the most.
    pub(super) largest: usize,
}

impl Graph {
    /// The graph of `edges`, from original to counterfactual, among `texts` texts.
    pub(super) fn of(edges: &[[usize; 2]], texts: usize) -> Self {
        let mut sides = vec![[false; 2]; texts];
        let mut roots: Vec<usize> = (0..texts).collect();
        for &[original, counterfactual] in edges {
            sides[original][0] = true;
            sides[counterfactual][1] = true;
            let (a, b) = (root(&mut roots, original), root(&mut roots, counterfactual));
            // The smaller number stays: which one does not matter to what is counted.
            roots[a.max(b)] = a.min(b);
        }
        let mut sizes = vec![0_usize; texts];
        for &[original, _] in edges {
            sizes[root(&mut roots, original)] += 1;
        }
        let count =
            |wanted: fn(&[bool; 2]) -> bool| sides.iter().filter(|side| wanted(side)).count();
        Self {
            texts: count(|side| side[0] || side[1]),
            originals: count(|side| side[0]),
            counterfactuals: count(|side| side[1]),
            both_sides: count(|side| side[0] && side[1]),
            onto_originals: edges.iter().filter(|edge| sides[edge[1]][0]).count(),
            in_several_clusters: in_several(edges),
            components: sizes.iter().filter(|&&size| size > 0).count(),
            largest: sizes.iter().copied().max().unwrap_or(0),
        }
    }
}

/// The number that stands for the component of a text.
fn root(roots: &mut [usize], mut text: usize) -> usize {
    while roots[text] != text {
        // Halving the path keeps every later walk short.
        roots[text] = roots[roots[text]];
        text = roots[text];
    }
    text
}

/// Texts in more than one cluster: a cluster is an original and its counterfactuals.
fn in_several(edges: &[[usize; 2]]) -> usize {
    let mut members: Vec<(usize, usize)> = edges
        .iter()
        .flat_map(|&[original, counterfactual]| [(original, original), (counterfactual, original)])
        .collect();
    members.sort_unstable();
    members.dedup();
    members.chunk_by(|a, b| a.0 == b.0).filter(|clusters| clusters.len() > 1).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shared_texts_join_clusters() {
        // 0 -> 1, 0 -> 2, 3 -> 1, and apart from them 4 -> 5 and back.
        let graph = Graph::of(&[[0, 1], [0, 2], [3, 1], [4, 5], [5, 4]], 7);
        assert_eq!((graph.texts, graph.originals, graph.counterfactuals), (6, 4, 4));
        assert_eq!((graph.components, graph.largest), (2, 3));
        assert_eq!((graph.both_sides, graph.onto_originals), (2, 2));
        assert_eq!(graph.in_several_clusters, 3, "1, 4 and 5");
    }
}
