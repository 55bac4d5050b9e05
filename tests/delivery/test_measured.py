"""What was measured at one limit, and how far off it may be."""

from __future__ import annotations

import pytest

from consumer.delivery.measured import Arm, Noise


class TestAnArm:
    def test_the_mean_is_that_of_all_answers(self) -> None:
        arm = Arm(10)
        arm.add(0.05, 10, memory=100)
        assert (arm.mean, arm.answers, arm.rounds) == (0.05, 10, 1)

        arm.add(0.07, 30, memory=100)
        assert arm.mean == pytest.approx(0.065)
        assert (arm.answers, arm.rounds) == (40, 2)

    def test_the_oldest_fade_when_more_are_in_it_than_are_remembered(self) -> None:
        arm = Arm(10)
        arm.add(0.05, 100, memory=10)
        arm.add(0.07, 10, memory=10)

        assert arm.mean == pytest.approx(0.06)
        assert arm.answers == 20

    def test_of_an_endpoint_that_has_changed_nothing_is_known(self) -> None:
        arm = Arm(10)
        arm.add(0.05, 10, memory=100)
        arm.forget()

        assert arm == Arm(10)


@pytest.fixture
def noise() -> Noise:
    return Noise(least=0.0025, alpha=0.05)


def arm(answers: float, mean: float = 0.05) -> Arm:
    return Arm(10, mean, answers, 1)


class TestNoise:
    def test_it_is_never_taken_for_less_than_the_least(self, noise: Noise) -> None:
        assert noise.variance == 0.0025
        noise.learn(0.001)
        assert noise.variance == 0.0025

    def test_at_first_it_is_the_mean_of_what_was_seen_and_later_the_old_fades(self, noise: Noise) -> None:
        noise.learn(0.01)
        assert noise.variance == pytest.approx(0.01)
        noise.learn(0.03)
        assert noise.variance == pytest.approx(0.02)
        noise.learn(0.05)
        assert noise.variance == pytest.approx(0.03)

        for _ in range(100):
            noise.learn(0.03)
        noise.learn(0.05)
        assert noise.variance == pytest.approx(0.031)

    def test_a_mean_is_surer_the_more_answers_are_in_it(self, noise: Noise) -> None:
        assert noise.deviation(arm(25)) == pytest.approx(0.01)
        assert noise.deviation(arm(25), arm(100)) == pytest.approx(0.0125**0.5 / 10)
        assert noise.after(50) == pytest.approx(0.01)

    def test_a_round_is_so_many_deviations_off_those_before(self, noise: Noise) -> None:
        """Slower and quicker alike: a fifth more, of 50 answers beside 100, with 5 % of noise in each."""
        assert noise.off(arm(100), 0.06, 50) == pytest.approx(21.053, rel=1e-3)
        assert Noise(0.0025, 0.05).off(arm(100), 0.05 / 1.2, 50) == pytest.approx(21.053, rel=1e-3)

    def test_a_difference_is_learnt_from_but_counts_for_no_more_than_three_times_the_usual(
        self, noise: Noise
    ) -> None:
        """An endpoint that has changed is not noisier for it."""
        noise.off(arm(100), 0.06, 50)
        assert noise.variance == pytest.approx(0.0025 + (9 * 0.0025 - 0.0025) / 4)

        other = Noise(0.0025, 0.05)
        other.off(arm(100), 0.05 * 1.02, 50)
        assert other.variance == pytest.approx(0.0025 + (0.0130715 - 0.0025) / 4, rel=1e-3)

    def test_rounds_that_hardly_differ_leave_it_at_the_least(self, noise: Noise) -> None:
        for _ in range(10):
            noise.off(arm(100), 0.0501, 50)

        assert noise.variance == 0.0025

    def test_the_more_rounds_were_seen_the_less_one_counts(self, noise: Noise) -> None:
        for _ in range(6):
            noise.learn(0.0)
        noise.off(arm(100), 0.06, 50)
        assert noise.variance == pytest.approx(0.0025 + 0.02 / 10)

        for _ in range(100):
            noise.learn(0.0)
        before = noise.variance
        noise.off(arm(100), 0.1, 50)
        assert noise.variance == pytest.approx(before + 8 * before * 0.05)
