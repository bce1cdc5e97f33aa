"""The four layouts of Bilge and Ulusoy as floors on which vehicles take the published travel times.

    L the load/unload station where jobs start      O the same, where finished parts end
    1-4 machines      > v < ^ one-way lanes      . cells where lanes part and meet      P parking

Lengths in cells are exactly the published times multiplied by a scale, for all 20 directed pairs of each layout. Next
to a dock there is a lane of the same length, so that no passing vehicle has to wait for a vehicle in the dock; a dock
that no vehicle has to pass lies at the end of its lane. O is as far from all places as L is; from O to other places it
is two cells farther than from L, because O and L cannot be one cell.

The drawings are ours: we know the published layouts only as tables of times.
"""

from __future__ import annotations

from .job_shop import DrawnFloor

FLOORS: dict[int, DrawnFloor] = {
    1: DrawnFloor(
        cells_per_s=4.0,
        art=(
            "#############################\n"
            "#1.P#####2.P#####3.P#####4.P#\n"
            "#..######..######..######..##\n"
            "#..######..######..######..##\n"
            "#..######..######..######..##\n"
            "#..######..######..######..##\n"
            "#..######..######..######..##\n"
            "#..######..######..######..##\n"
            "#..######..######..######..##\n"
            "#..........................##\n"
            "#..........................##\n"
            "#^#######################v###\n"
            "#^<<<<<<<<<<..L##########v###\n"
            "############P^.<<<<<<<<<<<###\n"
            "##############O##############\n"
            "#############################\n"
        ),
    ),
    2: DrawnFloor(
        cells_per_s=3.0,
        art=(
            "################\n"
            "###>>>>>v#######\n"
            "###^####v#######\n"
            "###^###P.1###P##\n"
            "##L.P###>.>>>.2#\n"
            "#O.^#####v###>v#\n"
            "##^######v<<<#v#\n"
            "##^######v#3.<<#\n"
            "##^#####v.P#P###\n"
            "##^<<<<<<4######\n"
            "################\n"
        ),
    ),
    3: DrawnFloor(
        cells_per_s=2.0,
        art=(
            "#############\n"
            "###P#P#######\n"
            "##L.>.1#P####\n"
            "#O.^#>>>.2###\n"
            "##^#####>>>v#\n"
            "##^<#######v#\n"
            "##4.<<<####v#\n"
            "###P#3.<<<<<#\n"
            "######P######\n"
            "#############\n"
        ),
    ),
    4: DrawnFloor(
        cells_per_s=3.0,
        art=(
            "##########################\n"
            "###>>>>>...#########P#####\n"
            "###^###P.1.>>>>>>>>...####\n"
            "###^####...########.2.v###\n"
            "###^#####v^########...v###\n"
            "##L.P####v^######v<<<^v###\n"
            "#O.^#####v^######>>>v^v###\n"
            "##^######v^######v<<<^v###\n"
            "##^######v^######>v##^v###\n"
            "##^######v^###v<#v<##^v###\n"
            "##^######v^###v^#v###^v###\n"
            "##^######v^<<<<^<v###^v###\n"
            "##^######>>>>>>v.<###^v###\n"
            "##^###########...####^v###\n"
            "##^##########P.3.>.>>^v###\n"
            "##^##########P...#v>v#v###\n"
            "##^###########.###v^v#v###\n"
            "##^###########...<v^v#v###\n"
            "##^#############v^>^>>.4##\n"
            "##^<<<<<<<<<<<<<<^####>.P#\n"
            "#################^<<<<<<##\n"
            "##########################\n"
        ),
    ),
}
