package io.elasticjob.coordination;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ChainGraphTest {

    /** @param edges such as {@code a>b b>c}: b runs after a; those with capital letters join what they run after */
    private static ChainGraph graph(String edges) {
        Map<String, TreeSet<String>> predecessors = new HashMap<>();
        if (!edges.isBlank()) {
            Arrays.stream(edges.split(" ")).forEach(edge -> {
                String[] ends = edge.split(">");
                predecessors.computeIfAbsent(ends[1], any -> new TreeSet<>()).add(ends[0]);
            });
        }
        return new ChainGraph(
                job -> predecessors.getOrDefault(job, new TreeSet<>()), job -> Character.isUpperCase(job.charAt(0)));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    # edges                  , of, common
                    'a>b a>c b>d c>d'        , d , a
                    'z>a a>b a>c b>d c>d'    , d , 'a z'
                    'a>b a>d b>d'            , d , a
                    'a>b c>d b>e d>e'        , e , ''
                    'a>b a>c b>d c>d x>d'    , d , ''
                    'a>b'                    , b , 'a'
                    'a>b'                    , a , ''
                    # firings of a join do not descend from its branches
                    'a>b a>c b>D c>D D>e c>e' , e , a
                    'a>b a>c b>D c>D D>F c>F' , F , a
                    'a>b a>c b>D c>D D>e D>f e>G f>G' , G , 'D a'
                    'b>D c>D D>e c>e'        , e , ''
                    # a circle ends
                    'a>B b>B B>b B>c a>c'    , c , ''
                    'a>b b>a b>c a>c'        , c , 'a b'
                    """)
    void whatAllPredecessorsDescendFrom(String edges, String of, String common) {
        assertThat(graph(edges).common(of))
                .containsExactlyInAnyOrderElementsOf(common.isBlank() ? List.of() : List.of(common.split(" ")));
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    'a>b a>c b>d c>d'        , d , ''
                    'b>d c>d'                , d , ''
                    'a>b a>c b>d c>d x>d'    , d , 'b c'
                    'x>d y>d x>y z>d'        , d , 'x y'
                    'a>b a>c b>D c>D D>e c>e' , e , ''
                    'b>D c>D D>e c>e'        , e , 'D c'
                    """)
    void someThatHaveACommonAncestorWhileOthersDoNotAreMixed(String edges, String of, String mixed) {
        assertThat(graph(edges).mixed(of).map(two -> String.join(" ", two)).orElse(""))
                .isEqualTo(mixed);
    }

    @ParameterizedTest
    @CsvSource(textBlock = """
                    'a>b b>c'                , c , ''
                    'a>b b>a'                , a , 'a b a'
                    'a>b b>c c>a x>a'        , b , 'b c a b'
                    'a>b b>a b>c'            , c , ''
                    """)
    void aCircleIsNamedFromTheJobToItself(String edges, String of, String circle) {
        assertThat(graph(edges).circle(of).map(way -> String.join(" ", way)).orElse(""))
                .isEqualTo(circle);
    }
}
